"""Measured serving points: the exchange format, read into columns a model can be evaluated on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from hardware_db.schema import Accelerator
from models_db.formats import Format, KvFormat, find_format, find_kv_format, weight_bits
from models_db.matrices import matrices
from models_db.schema import Model
from planner.catalogs import Catalogs
from planner.errors import InputError, PlannerError
from planner.evidence import clients, unstated
from planner.evidence.engine import engine_of
from planner.evidence.names import cache_format, find_gpu, find_model, is_format, storage_format, timed
from planner.evidence.point import Point
from planner.evidence.settings import Settings
from planner.evidence.sources import is_mlperf, is_summaries, sources
from planner.evidence.table import cell
from planner.physics.engines import Engine
from planner.physics.kernels import half_type
from planner.physics.layers import mixer_of
from planner.physics.split import Split, is_moe
from planner.request.engine import EngineSettings
from planner.request.memory import MemorySettings

NEEDED = ("model", "gpu", "load")
LOADS = ("closed_loop", "min_latency", "static_batch", "infinite_rate", "offline", "server", "interactive", "open_loop")
# Of a prompt that is found, one token is computed at least.
MOST_FOUND = 0.99
ROOMY = 0.6
# As wide as `estimate` takes a cut.
WIDEST = 1024
# Nobody cuts one layer over more: 24 to 72 GPUs of a DeepSeek are experts and attention ranks (its own deployment).
MOST_TENSOR = 16
EAGER = re.compile(r"\b(?:enforce[-_ ]eager|eager mode)\b")


@dataclass
class Batch:
    """Points of one model with their row numbers in the file."""

    points: list[Point] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


def read_point(row: Mapping[str, str], catalogs: Catalogs) -> Point:
    """One row as a point; raises InputError with the cell that is wrong."""
    load = (row.get("load") or "").strip()
    if load not in LOADS:
        raise InputError(f"load: {load[:40]!r} is not one of {', '.join(LOADS)}")
    model = _model(row.get("model") or "", catalogs)
    gpu = _gpu(row.get("gpu") or "", catalogs)
    if gpu is None:
        catalogs.hardware.accelerator(row.get("gpu") or "")
        raise InputError(f"gpu: {(row.get('gpu') or '')[:40]!r} is not known")
    timed(gpu)
    gpu = _joined(gpu, f"{row.get('source') or ''} {row.get('note') or ''}".lower())
    note, told = row.get("note") or "", Settings.of(row)
    engine = engine_of(row, note).speculating(told.drafting)
    eager, uncached = bool(EAGER.search(note)) or unstated.eager(row, model), unstated.uncached(row, model)
    if eager or uncached:
        memory = MemorySettings(prefix_caching=False if uncached else None)
        engine = replace(engine, settings=EngineSettings(eager=eager, memory=memory))
    fmt = _storage(row, model, gpu, engine)
    kv = _cache_format(row, fmt, gpu, engine)
    split, replicas = _split(row, model, engine, gpu, fmt)
    isl, osl = clients.lengths(row)
    concurrency = cell(row, "concurrency") or (1.0 if load == "min_latency" else None)
    speculative = "SPECULATIVE" in note or told.draft_method is not None or unstated.drafts(row, model)
    requests = clients.requests(note, load, isl, osl, concurrency, told.prompts)
    bare = load == "closed_loop" and not (row.get("osl") or "").strip()
    rounds = clients.rounds(note, concurrency, told.prompts)
    # Drafts that are accepted or not take requests apart again.
    cut = clients.cut_alike(note, osl) and not speculative
    alike = clients.alike(note) or told.fixed_lengths or cut or unstated.alike(row, model)
    fixed = alike and not unstated.staggered(row, model)
    return Point(
        model, gpu, fmt, kv, engine, split, replicas, load, isl, osl, concurrency, requests, speculative, bare, rounds,
        fixed, clients.chats(note), clients.longest(row), beams=_beams(row, model),
        assumed_prompt=not (row.get("isl") or "").strip(), most=min(clients.most(note), told.max_num_seqs or np.inf),
        grouped=unstated.grouped(row, model),
        # Prompts that are alike but for their ends are held once.
        common=isl * max(unstated.cached(row, model), float(clients.in_common(note))),
        polled=unstated.polled(row, model, max(1.0, concurrency or 1.0)), late=unstated.late(row, model),
        remote_s=unstated.remote(row, model),
        settings=told,
        hit=min(told.prefix_hit or unstated.cached(row, model), MOST_FOUND),
        median=not (row.get("ttft_ms_mean") or "").strip() and bool((row.get("ttft_ms_p50") or "").strip()),
    )  # fmt: skip


def _cache_format(row: Mapping[str, str], fmt: Format, gpu: Accelerator, engine: Engine) -> KvFormat:
    """The stated cache format, else the engine's default for that checkpoint."""
    stated = (row.get("kv") or "").strip().lower()
    usual = any(
        engine.id in rule.engines and fmt.id in rule.formats and gpu.generation in (rule.generations or gpu.generation)
        for rule in sources().formats.narrow_cache
    )
    if stated in ("", "auto") and usual and gpu.peak_dense_tflops.fp8:
        return find_kv_format("fp8")
    return cache_format(stated, gpu, engine)


def _beams(row: Mapping[str, str], model: Model) -> float:
    """Sequences that each request decodes: beam search in one of MLPerf's tasks."""
    return sources().mlperf.summaries.beams if is_mlperf(row) and is_summaries(model.id) else 1.0


@lru_cache(maxsize=4096)
def _model(name: str, catalogs: Catalogs) -> Model:
    return find_model(name, catalogs.models)


@lru_cache(maxsize=4096)
def _gpu(name: str, catalogs: Catalogs) -> Accelerator | None:
    return find_gpu(name, catalogs.hardware)


def _joined(gpu: Accelerator, text: str) -> Accelerator:
    """The GPU with the topology that a source or note states, where it may have it; else with its default."""
    for entry in sources().topologies:
        may = any(entry.means in (t.id, t.inside.kind) for t in gpu.topologies)
        if may and any(word in text for word in entry.words):
            return gpu.joined_by(entry.means)
    return gpu


def _split(row: Mapping[str, str], model: Model, engine: Engine, gpu: Accelerator, fmt: Format) -> tuple[Split, float]:
    """The cut of one replica and the number of replicas; what is not stated fills the GPUs.

    Ranks of attention of a model without experts are replicas. MLPerf submitters tune for throughput: where they do not
    state a cut, it is the narrowest that leaves room. A width of experts beyond what cuts a layer is one of experts and
    attention ranks, whatever its column.
    """
    for name in ("tp", "pp", "ep", "dp"):
        if (cell(row, name) or 0.0) > WIDEST:
            raise InputError(f"{name}: above {WIDEST}")
    pp = int(cell(row, "pp") or 1) or 1
    dp = int(cell(row, "dp") or 1) or 1
    stated = cell(row, "tp")
    gpus = max(1.0, cell(row, "gpus") or (stated or 1.0) * pp * dp)
    if stated is None and is_mlperf(row):
        stated = _roomy_width(model, fmt, gpu, gpus / (pp * dp))
    if engine.cuts == "stages":
        return Split(pp=max(1, min(int(gpus), model.n_layers))), 1.0
    tp = int(stated or max(1.0, min(8.0, gpus / (pp * dp)))) or 1
    widest = max(1, min(tp, 64))
    if tp > MOST_TENSOR and dp <= 1 and is_moe(model) and not is_mlperf(row):
        return Split(pp=pp, ep=tp, dp=tp), max(1.0, gpus / (tp * pp))
    if dp > 1 and is_moe(model) and not is_mlperf(row):
        return Split(tp=widest, pp=pp, ep=widest * dp, dp=dp), max(1.0, gpus / (widest * pp * dp))
    ep = widest if (cell(row, "ep") or 1) > 1 and is_moe(model) else 1
    if ep > 1 and is_mlperf(row) and engine.id in sources().mlperf.ranks_of_experts and mixer_of(model) == "latent":
        return Split(pp=pp, ep=ep, dp=ep), max(1.0, gpus / (widest * pp))
    return Split(tp=widest, pp=pp, ep=ep), max(1.0, gpus / (widest * pp))


@lru_cache(maxsize=4096)
def _roomy_width(model: Model, fmt: Format, gpu: Accelerator, most: float) -> float:
    """Least power of two whose GPUs hold the weights in ROOMY of their memory; submissions that state theirs agree."""
    bits = sum(weight_bits(fmt, m, model) * m.elements for m in matrices(model))
    width = 1.0
    while width * 2.0 <= most and bits / 8.0 > ROOMY * width * gpu.memory_bytes:
        width *= 2.0
    return width


def _storage(row: Mapping[str, str], model: Model, gpu: Accelerator, engine: Engine) -> Format:
    """The weight format of a row: stated, else what its source means by the GPU and the checkpoint."""
    stated = row.get("weights") or ""
    if not is_format(stated):
        raise InputError(f"weights: {stated[:40]!r} is not a known format")
    if not stated and is_mlperf(row) and engine.id in sources().mlperf.stored_in_fp8 and gpu.peak_dense_tflops.fp8:
        stated = "fp8"
    fmt = storage_format(stated, row.get("model") or "", model, half_type(gpu))
    rules = sources().formats.by_gpu
    means = next((r.means for r in rules if fmt.id == r.said and gpu.generation in r.generations), None)
    return find_format(means) if means else fmt


Reader = Callable[[Mapping[str, str], Catalogs], Point]


def read_points(
    rows: Iterable[Mapping[str, str]], catalogs: Catalogs, reader: Reader = read_point
) -> tuple[dict[str, Batch], dict[int, str], int]:
    """Batches by model id, errors by row number, and the number of rows; `reader` makes a point of a row."""
    batches: dict[str, Batch] = {}
    errors: dict[int, str] = {}
    count = 0
    for index, row in enumerate(rows):
        count += 1
        try:
            point = reader(row, catalogs)
        except PlannerError as error:
            errors[index] = str(error)
            continue
        batch = batches.setdefault(point.model.id, Batch())
        batch.points.append(point)
        batch.rows.append(index)
    return batches, errors, count
