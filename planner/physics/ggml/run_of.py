"""From an engine as it is set to the numbers of one llama.cpp process, with what was assumed."""

from __future__ import annotations

from models_db.formats import KvFormat, find_kv_format
from models_db.schema import Model
from planner.formulas.memory import GIB
from planner.physics.engines import Engine
from planner.physics.ggml.build import Build, build_of, placed
from planner.physics.ggml.settings import Process
from planner.request.ggml import CACHE_BITS

BATCH, UBATCH = 2048, 512
CONTEXT = 8192  # cells where nothing says how many
# Ollama's tiers of the memory of all GPUs [GiB] and cells (server/routes.go since 0.15.5, 2026-02).
TIERS = ((47.0, 262_144), (23.0, 32_768), (0.0, 4096))


def run_of(model: Model, kv: KvFormat, engine: Engine, *, devices: int = 1, memory_bytes: float = 0.0) -> Process:
    """The process of a replica on `devices` GPUs with `memory_bytes` in all."""
    s = engine.settings
    build = build_at(engine)
    parallel = s.parallel or engine.slots
    context = context_of(model, engine, memory_bytes)
    batch = min(s.batch_size or BATCH, context)
    layers = model.n_layers + 1 if s.n_gpu_layers is None else s.n_gpu_layers
    on_cpu, head_on_cpu = placed(layers, model.n_layers, build)
    experts = min(s.n_cpu_moe or 0, model.n_layers)
    drafts = engine.draft_tokens
    whole = layers > model.n_layers
    bits = cache_types(engine, kv)
    return Process(
        n_ctx=context,
        n_ubatch=min(s.ubatch_size or UBATCH, batch),
        n_parallel=parallel,
        flash=flash_of(engine, build),
        k_bits=bits[0],
        v_bits=bits[1],
        unified=s.kv_unified if s.kv_unified is not None else s.parallel is None and engine.slots_share,
        swa_full=bool(s.swa_full),
        kv_on_cpu=bool(s.no_kv_offload),
        layers_on_cpu=on_cpu,
        experts_on_cpu=experts,
        output_on_cpu=head_on_cpu,
        devices=max(1, min(devices, model.n_layers)),
        pipelined=devices > 1 and whole and not experts and not s.no_kv_offload and build.pipelines,
        rows=parallel * (1 + drafts) if build.few_outputs else None,
        drafts=drafts if engine.own_layers else 0,
        build=build,
    )


def cache_types(engine: Engine, kv: KvFormat) -> tuple[float, float]:
    """Bits of an element of K and of V: as the engine is set, else as the cache format says; what is set of one alone
    leaves the other in 16 bit."""
    k, v = engine.settings.cache_type_k, engine.settings.cache_type_v
    if k or v:
        return CACHE_BITS[k or "f16"], CACHE_BITS[v or "f16"]
    parts = [find_kv_format(part).bits for part in kv.id.split("/")] if "/" in kv.id else [kv.bits]
    return parts[0], parts[-1]


def build_at(engine: Engine) -> Build:
    """The llama.cpp inside an engine."""
    if engine.ggml_build is not None:
        return Build(engine.ggml_build)
    return build_of(engine.settings.engine_version)


def flash_of(engine: Engine, build: Build) -> bool:
    """Whether flash attention runs: as it is set, else as the engine has it, which follows llama.cpp's build."""
    asked = engine.settings.flash_attn or engine.flash
    return build.flash_auto if asked == "auto" else asked == "on"


def context_of(model: Model, engine: Engine, memory_bytes: float) -> int:
    """Cells of the cache: as set, else as many as the engine takes by default, within the model's context."""
    s = engine.settings
    if s.ctx_size is not None:
        return s.ctx_size
    each = s.max_model_len
    if each is None and engine.context_by_memory:
        each = next(cells for least, cells in TIERS if memory_bytes >= least * GIB)
    each = each or engine.context or CONTEXT
    shared = s.parallel is None and engine.slots_share
    return min(each, model.max_context or each) * (1 if shared else s.parallel or engine.slots)
