"""From a planned cluster, or one deployment as it is named, to what is started."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

from hardware_db.schema import Accelerator
from models_db.formats import find_format, find_kv_format
from planner.answers import Cluster, Machine, Memory
from planner.errors import InputError
from planner.export.launch import Launch, Machines, Weights
from planner.export.text import checked
from planner.export.weights import checkpoint_of
from planner.formulas.memory import GIB
from planner.frozen import dataclass
from planner.physics.design import Designs
from planner.physics.ggml.cells import cells_of
from planner.physics.split import Split
from planner.request.request import OWNED

# Of the tokens that the cache is predicted to hold, those that a request may take: an engine refuses to start where
# its context is longer than its cache, and predictions of memory err by some percent.
SURE_SHARE, MOST_SHARE = 0.8, 0.95
ROUND = 1024
# How engines are told the layers of pipeline stages (vllm/envs.py, sglang/srt/distributed/utils.py).
STAGES = {"vllm": "VLLM_PP_LAYER_PARTITION", "sglang": "SGLANG_PP_LAYER_PARTITION"}


@dataclass(frozen=True, slots=True)
class Choices:
    """What a user adds to a plan as it is started.

    checkpoint: where the weights lie, instead of the plan's own name; revision: of its repository; prefix_hit: share
    of input tokens that the plan finds in the prefix cache; rate_per_s: asked in the busiest hour; longest: tokens of
    the longest request that the plan counts with; offline: nothing is fetched at start; port: of the first replica;
    quiet_share: of the planned rate that the quietest hour of today has; most_gpus: that may be had.
    """

    checkpoint: str | None = None
    revision: str | None = None
    prefix_hit: float = 0.0
    rate_per_s: float | None = None
    longest: float | None = None
    offline: bool = False
    port: int | None = None
    quiet_share: float = 1.0
    most_gpus: int | None = None


def launch_of(
    design: Designs, *, max_sequences: int, kv_tokens: int, host: Machines, cells: int = 0, replicas: int = 1,
    spare: int = 0, assumptions: tuple[str, ...] = (), choices: Choices | None = None,
) -> Launch:  # fmt: skip
    """The record of one design. max_sequences: of a replica; kv_tokens: that its cache holds; cells: of `cells_in`."""
    choices = choices or Choices()
    engine, split, gpu = design.engines[design.engine[0]], design.split_at(0), design.gpus[design.gpu[0]]
    checkpoint = _given(checkpoint_of(design.model, design.formats[design.fmt[0]], engine), choices)
    context, said = _context(design, kv_tokens // split.dp, choices)
    settings = engine.settings
    made = Launch(
        engine=engine.id, version=settings.engine_version, model=checked(design.model.checkpoint, "model"),
        checkpoint=checkpoint, kv=design.kv_formats[design.kv[0]].id, context=context,
        sequences=-(-max_sequences // split.dp), batched_tokens=engine.batched_tokens(gpu), kv_tokens=kv_tokens,
        cells=cells,
        memory_share=engine.fraction(split.tp * split.pp * split.dp), split=split, host=host, replicas=replicas,
        spare=spare, drafting=engine.drafting, eager=engine.eager,
        prefix_caching=True if choices.prefix_hit > 0.0 else settings.memory.prefix_caching, settings=settings,
        rate_per_s=choices.rate_per_s, quiet_share=choices.quiet_share, most_gpus=choices.most_gpus,
        environment={
            **(offline_environment(engine.id) if choices.offline else {}),
            **stages_environment(engine.id, settings.memory.stage_layers, split.pp),
        },
        assumptions=(*assumptions, *said, *_said(choices, checkpoint)),
    )  # fmt: skip
    return made if choices.port is None else replace(made, port=choices.port)


def launch_of_cluster(cluster: Cluster, choices: Choices | None = None, assumptions: tuple[str, ...] = ()) -> Launch:
    """The record of a planned cluster that carries its design; raises InputError for one that does not."""
    design, r = cluster.design, cluster.replica
    if design is None:
        raise InputError("cluster: it was read from a file and does not carry its design; plan it again")
    design = _as_stated(design, cluster)
    gpu = design.gpus[design.gpu[0]]
    return launch_of(
        design, max_sequences=r.max_sequences, kv_tokens=cluster.memory.kv_tokens_per_replica,
        cells=cells_in(design, r.max_sequences, cluster.memory),
        host=host_of(cluster.machine, gpu), replicas=cluster.replicas, spare=cluster.spare_replicas,
        assumptions=assumptions, choices=choices,
    )  # fmt: skip


def _as_stated(design: Designs, cluster: Cluster) -> Designs:
    """The design of the replica that a cluster states: another one than it carries where a pool does one phase only."""
    r, split = cluster.replica, Split(cluster.replica.tp, cluster.replica.pp, cluster.replica.ep, cluster.replica.dp)
    own = design.gpus[design.gpu[0]]
    gpu = next((g for g in (own, *design.gpus) if g.name == cluster.machine.gpu), None)
    if gpu is None:
        raise InputError(f"cluster.machine.gpu: {cluster.machine.gpu[:60]!r} is not what was planned; plan it again")
    engine = design.engines[design.engine[0]]
    return Designs.single(design.model, gpu, find_format(r.weight_format), find_kv_format(r.kv_format), engine, split)


def launch_of_design(
    design: Designs, *, max_sequences: int, kv_tokens: int, cells: int = 0, choices: Choices | None = None,
    assumptions: tuple[str, ...] = (),
) -> Launch:  # fmt: skip
    """The record of a deployment as it is named: one replica, on as few machines as its GPUs are usually built into."""
    gpu, split = design.gpus[design.gpu[0]], design.split_at(0)
    count = split.tp * split.pp * split.dp
    inside = gpu.joined.inside.machine if gpu.topologies else count
    each = count if count <= inside or count % inside else inside
    topology = gpu.joined.id if gpu.topologies else ""
    host = Machines(gpu.name, gpu.id, gpu.generation, each, -(-count // each), topology=topology)
    return launch_of(
        design, max_sequences=max_sequences, kv_tokens=kv_tokens, cells=cells, host=host, choices=choices,
        assumptions=assumptions,
    )  # fmt: skip


def cells_in(design: Designs, sequences: int, memory: Memory) -> int:
    """Cells of the predicted cache, for an engine that is told their number; 0 for others."""
    engine = design.engines[design.engine[0]]
    if not engine.ggml:
        return 0
    held = next(part.gib for part in memory.parts if part.name == "kv_cache") * GIB
    return cells_of(design.model, design.kv_formats[design.kv[0]], engine, design.split_at(0).pp, sequences, held)


def offline_environment(engine: str) -> dict[str, str]:
    """Variables that keep an engine from the network at start; empty for one that reads a file only.

    Source: documentation of huggingface_hub, transformers and vLLM.
    """
    hub = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    silent = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"} if engine == "vllm" else {}
    return {} if engine == "llama.cpp" else hub | silent


def stages_environment(engine: str, layers: tuple[int, ...] | None, pp: int) -> dict[str, str]:
    """The variable that deals layers to pipeline stages; raises InputError for an engine that has none."""
    if layers is None or len(layers) != pp or pp == 1:
        return {}
    if engine not in STAGES:
        raise InputError(f"engine.memory.stage_layers: {engine} deals its layers evenly")
    return {STAGES[engine]: ",".join(map(str, layers))}


def host_of(m: Machine, gpu: Accelerator) -> Machines:
    """The machines of a plan."""
    rented = m.provider != OWNED
    return Machines(
        gpu=checked(m.gpu, "gpu"), gpu_id=gpu.id, generation=gpu.generation, gpus=m.gpus, count=m.count,
        provider=checked(m.provider, "provider") if rented else "",
        instance_type=checked(m.instance_type, "instance type"), region=checked(m.region, "region") if rented else "",
        commitment=m.commitment, topology=gpu.joined.id if gpu.topologies else "",
    )  # fmt: skip


def _given(found: Weights, choices: Choices) -> Weights:
    """The checkpoint that a user names instead, stored as the plan has it, and its revision."""
    if choices.checkpoint is not None:
        name = checked(choices.checkpoint, "checkpoint")
        hub = found.mix is not None and not name.endswith(".gguf")
        shown = name if not hub or ":" in name else f"{name}:{found.mix}"
        found = replace(found, name=shown, how="stored", make=(), quantization=None, repository=hub)
    revision = None if choices.revision is None else checked(choices.revision, "revision")
    return replace(found, revision=revision)


def _context(design: Designs, pool: int, choices: Choices) -> tuple[int, list[str]]:
    """Most tokens of a request, and why it is not the model's own where it is not."""
    asked = design.engines[design.engine[0]].settings.max_model_len
    if asked is not None:
        return asked, []
    own = design.model.max_context or pool
    sure, longest = int(SURE_SHARE * pool), min(own, ceil(choices.longest or 0.0))
    if own <= sure:
        return own, []
    held = sure // ROUND * ROUND or sure
    if longest > held:
        held = min(longest, int(MOST_SHARE * pool))
    said = [
        f"context: {held} tokens of a request at most, as the cache is predicted to hold {pool}; an engine does not "
        f"start with the {own} of the model"
    ]
    if longest > held:
        said.append(f"the longest requests of the plan have {longest} tokens; those beyond the context are refused")
    return max(1, held), said


def _said(choices: Choices, checkpoint: Weights) -> list[str]:
    said = []
    if choices.prefix_hit > 0.0:
        said.append(f"the plan finds {choices.prefix_hit:.0%} of the input tokens in the prefix cache")
    if not checkpoint.local and checkpoint.revision is None and not choices.offline:
        said.append("no revision is pinned: the newest of the repository is loaded (--revision)")
    return said
