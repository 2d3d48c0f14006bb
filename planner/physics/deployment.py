"""A deployment as it is named, and the one design that it is."""

from __future__ import annotations

from dataclasses import asdict, field, replace

from hardware_db.schema import Accelerator
from models_db.catalog import Found
from models_db.checkpoints import stated_format
from models_db.formats import find_kv_format, served_format
from models_db.schema import Model
from planner.catalogs import Catalogs
from planner.defaults import DEFAULT_ENGINE
from planner.errors import InputError
from planner.frozen import dataclass
from planner.physics.context_ranks import sharing_problem
from planner.physics.design import Designs, enumerate_designs
from planner.physics.drafting import drafting
from planner.physics.engines import Engine, configured
from planner.physics.first_start import first_start_texts
from planner.physics.ggml.columns import unified
from planner.physics.ggml.kv_types import cache_format
from planner.physics.ggml.texts import ggml_texts
from planner.physics.kernels import default_kv, half_type, kv_supported, support
from planner.physics.links import caveats
from planner.physics.own_engine import own_engine_texts
from planner.physics.split import Split, format_problem, split_problem
from planner.physics.stages import stages_problem
from planner.request.engine import AS_SHIPPED, EngineSettings
from planner.request.strict import a, number, valid
from planner.request.users import LEAST_PER_S, LEAST_THINK_S, MOST_PER_S, MOST_THINK_S

MOST_WIDTH = 1024
LEAST_CLIENTS, MOST_CLIENTS = 1e-3, 1e6
LEAST_LINK_GB_S, MOST_LINK_GB_S = 0.01, 10_000.0


@dataclass(frozen=True)
class Deployment:
    """What to estimate; names as the user wrote them, `rate_per_s` or `concurrency` one of the two.

    topology: id or kind of what joins the GPUs, the default of the GPU where it is None; link_gb_s: what an all-reduce
    over the GPUs of the machine reaches, the bus bandwidth that nccl-tests prints [GB/s]; requests: of a closed loop in
    all, None where it lasts; think_time_s: what each of `concurrency` clients waits after an answer [s]; starts: must
    start as it is, with room for one request as long as its context where the engine asks for that.
    """

    model: str
    gpu: str
    weights: str | None = None
    kv: str | None = None
    engine: str = DEFAULT_ENGINE
    split: Split = field(default_factory=Split)
    settings: EngineSettings = AS_SHIPPED
    concurrency: float | None = None
    rate_per_s: float | None = None
    topology: str | None = None
    link_gb_s: float | None = None
    requests: float | None = None
    think_time_s: float | None = None
    starts: bool = False

    def check(self) -> None:
        """Raise InputError where a field is not what it should be; whether the names are known is seen later."""
        for name in (
            "model",
            "gpu",
            "engine",
            *(n for n in ("weights", "kv", "topology") if getattr(self, n) is not None),
        ):
            a(getattr(self, name), str, name)
        for name, width in asdict(a(self.split, Split, "split")).items():
            number(width, f"split.{name}", 1, MOST_WIDTH, whole=True)
        valid(self.settings, EngineSettings, "settings")
        for name, least, most in (
            ("concurrency", LEAST_CLIENTS, MOST_CLIENTS),
            ("rate_per_s", LEAST_PER_S, MOST_PER_S),
            ("requests", 1, 1e12),
            ("think_time_s", LEAST_THINK_S, MOST_THINK_S),
            ("link_gb_s", LEAST_LINK_GB_S, MOST_LINK_GB_S),
        ):
            if getattr(self, name) is not None:
                number(getattr(self, name), name, least, most)
        if self.think_time_s is not None and (self.concurrency is None or self.requests is not None):
            raise InputError("think_time_s: is of a concurrency that lasts; give concurrency, and no requests")

    @property
    def max_sequences(self) -> int:
        """Most sequences that run at once."""
        return self.settings.sequences


def _nearest(model: Model, split: Split, width: str) -> str:
    """The two nearest values of one width under which a cut is legal."""
    asked = getattr(split, width)
    legal = [n for n in range(1, MOST_WIDTH + 1) if split_problem(model, replace(split, **{width: n})) is None]
    near = sorted(sorted(legal, key=lambda n: abs(n - asked))[:2])
    return f" (nearest: {', '.join(map(str, near))})" if near else ""


def engine_for(model: Model, name: str, settings: EngineSettings, catalogs: Catalogs) -> Engine:
    """An engine as it is set for a model; raises InputError where the model cannot draft as asked."""
    engine, asked = configured(name, settings), settings.speculation
    if asked is None:
        return engine
    drafter = drafting(asked, model, catalogs)
    if drafter.method == "mtp" and model.architecture in engine.whole_drafters:
        drafter = replace(drafter, method="draft", model=model)
    return engine.speculating(drafter)


def _joined(gpu: Accelerator, d: Deployment) -> Accelerator:
    """The GPU with the links that the deployment states."""
    if d.topology is not None:
        gpu = gpu.joined_by(d.topology)
    if d.link_gb_s is None:
        return gpu
    if d.split.tp * d.split.dp == 1:
        raise InputError("link_gb_s: no all-reduce runs at tp 1; give a split over several GPUs")
    return gpu.reaching(d.link_gb_s)


def one_design(d: Deployment, catalogs: Catalogs, found: Found | None = None) -> tuple[Designs, list[str]]:
    """The single design asked for, of a model that is `found` already where it is; raises InputError with the reason
    when it is not legal."""
    found = found or catalogs.models.find(d.model)
    gpu, engine = catalogs.hardware.accelerator(d.gpu), engine_for(found.model, d.engine, d.settings, catalogs)
    gpu = _joined(gpu, d)
    fmt = stated_format(d.weights, found.model) if d.weights else served_format(found.model, half_type(gpu))
    kv = cache_format(found.model, engine, find_kv_format(d.kv) if d.kv else default_kv(gpu, engine))
    answer = support(fmt, gpu, engine.id)
    if answer.level == "none":
        raise InputError(f"weights: {answer.why}")
    if not kv_supported(kv, gpu, engine.id):
        raise InputError(f"kv: {engine.name} keeps no {kv.name} cache on {gpu.name}")
    uncut = split_problem(found.model, d.split)
    if uncut:
        raise InputError(f"split.{uncut[:2]}: {uncut}{_nearest(found.model, d.split, uncut[:2])}")
    unshared = sharing_problem(found.model, d.split.tp, d.settings.memory.context_ranks)
    if unshared:
        raise InputError(unshared)
    if d.settings.memory.cpu_offload_gib and unified(gpu):
        raise InputError(f"engine.memory.cpu_offload_gib: {gpu.name} and its host have one memory")
    unstaged = stages_problem(found.model, d.split, d.settings.memory.stage_layers)
    if unstaged:
        raise InputError(unstaged)
    problem = format_problem(found.model, fmt, d.split)
    if problem:
        raise InputError(f"weights: {problem}")
    designs = enumerate_designs(found.model, [gpu], [fmt], [kv], [engine], only=d.split)
    return designs, [
        *found.texts,
        *own_engine_texts(found.model, [engine.id]),
        *catalogs.hardware.taken_as([d.gpu]),
        *caveats(gpu, d.split),
        *ggml_texts(designs),
        *first_start_texts(designs),
    ]
