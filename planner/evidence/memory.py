"""`validate --memory`: start-up logs predicted from their inputs alone.

A row states engine, version, model, format, GPU, widths and limits; weights, non-torch memory, the
activation peak and the KV pool follow. What a row leaves out takes the engine's default of its version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hardware_db.schema import Accelerator
from models_db.cache import cache_layers
from models_db.schema import Model
from planner.catalogs import Catalogs
from planner.errors import InputError, PlannerError
from planner.evidence.names import cache_format, find_gpu, find_model, generic_gpu, storage_format
from planner.evidence.sources import sources
from planner.evidence.table import cell
from planner.formulas.memory import GIB
from planner.physics.coefficient_parts import MemoryFigures
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.engines import Engine, find_engine, version_key
from planner.physics.footprint import Footprint, footprint, loading_of
from planner.physics.kernels import support
from planner.physics.kv_cache import block_tokens, cache_bytes, token_bytes
from planner.physics.split import Split, split_problem
from planner.physics.weights import weights_bytes

COLUMNS = (
    "pred_weights_gib", "pred_non_torch_gib", "pred_activation_gib", "pred_kv_gib", "pred_kv_tokens", "error",
)  # fmt: skip
NEEDED = ("engine", "model_hf_id", "tp")
FREE = re.compile(r"(\d+(?:\.\d+)?) ?GB free")
AVAIL = re.compile(r"avail mem (\d+(?:\.\d+)?)")
CARD = re.compile(r"(\d+(?:\.\d+)?) ?GiB")
BATCHED = re.compile(r"max[-_]num[-_]batched[-_]tokens[ =]+(\d+)")
CHUNK = re.compile(r"chunked_prefill_size[ =]+(\d+)")
CONTEXT_PARALLEL = re.compile(r"decode-context-parallel-size[ =]+(\d+)")
CAPPED = re.compile(r"capped\D{0,12}(\d+)")
# A log without a version is read as of the release in the middle of the evidence.
UNSTATED_VERSION = "0.11"
# From one log (vLLM 0.7, Llama-3.1-8B, chunks of 512: peak 0.22 GiB); no second log has checked it.
CHUNKED_V0_SEQUENCES = 48.0
DP_ATTENTION = re.compile(r"DP attention (\d+)|dp (\d+) with DP attention")


@dataclass(frozen=True)
class LogCase:
    """One log row, read: a single design and what the log states about its limits."""

    designs: Designs
    engine: Engine
    total_bytes: float | None
    fraction: float | None
    sequences: float
    tokens: float
    context: int
    cap: float
    context_ranks: int
    eager: bool


def predict_row(row: Mapping[str, str], catalogs: Catalogs, coefficients: Coefficients) -> dict[str, str]:
    """The added columns of one row; `error` says why a figure is missing."""
    out = dict.fromkeys(COLUMNS, "")
    try:
        case, weights, problem = read_case(row, catalogs, coefficients.memory)
        out["pred_weights_gib"] = f"{weights:.4f}"
        if problem:
            out["error"] = problem
            return out
        assert case is not None
        out |= _predict(case, coefficients)
    except PlannerError as error:
        out["error"] = str(error)
    return out


def read_case(row: Mapping[str, str], catalogs: Catalogs, memory: MemoryFigures) -> tuple[LogCase | None, float, str]:
    """The case, the weights in GiB, and why the rest cannot be predicted (or empty)."""
    comment, gpu_text = row.get("comment") or "", row.get("gpu") or ""
    engine = find_engine(row.get("engine") or sources().logs.engine, row.get("engine_version") or UNSTATED_VERSION)
    model = _served(find_model(row.get("model_hf_id") or "", catalogs.models), row)
    fmt = storage_format(row.get("quantization") or "", row.get("model_hf_id") or "", model)
    total, gpu = _total(row, comment, gpu_text), find_gpu(gpu_text, catalogs.hardware)
    split = _split(row, comment)
    problem = split_problem(model, split)
    if problem:
        raise InputError(f"tp: {problem}")
    if gpu is None and total is not None:
        gpu = generic_gpu(total / GIB, catalogs.hardware)
    pad = support(fmt, gpu, engine.id).pad if gpu else (1, 1)
    first = weights_bytes(model, fmt, split, loading_of(engine, pad), stage=0) / GIB
    weights = first + load_overhead(engine, gpu, memory)
    if gpu is None:
        return None, weights, "kv: neither a GPU of the catalog nor its memory is stated"
    kv = cache_format(row.get("kv_cache_dtype") or "", gpu, engine)
    context = int(cell(row, "max_model_len") or model.max_context or 8192)
    sequences = cell(row, "max_num_seqs") if engine.memory_policy == "share_of_total" else None
    tokens, chunked = _tokens(comment, engine, gpu, context)
    case = LogCase(
        designs=Designs.single(model, gpu, fmt, kv, engine, split),
        engine=engine,
        total_bytes=total,
        fraction=_fraction(row) or engine.fraction(split.tp * split.dp * split.pp),
        sequences=min(sequences or float(engine.sequences(gpu)), CHUNKED_V0_SEQUENCES if chunked else np.inf),
        tokens=tokens,
        context=context,
        cap=_cap(comment),
        context_ranks=_context_ranks(comment),
        eager=(row.get("enforce_eager") or "").strip().lower() == "true",
    )
    return case, weights, ""


def _served(model: Model, row: Mapping[str, str]) -> Model:
    """In old versions decoders that embed were served as generators, with a head and a cache."""
    rule = sources().logs.headed
    version = row.get("engine_version") or UNSTATED_VERSION
    old = (row.get("engine") or "").lower() == rule.engine and version_key(version) < version_key(rule.before)
    headed = model.task == "embed" and not model.tied_embeddings
    return model.model_copy(update={"task": "generate"}) if old and headed else model


def _cap(comment: str) -> float:
    """The largest pool in tokens that a flag allows."""
    found = CAPPED.search(comment)
    return float(found.group(1)) if found else np.inf


def _context_ranks(comment: str) -> int:
    """Ranks that share the context of a latent cache; the log counts their tokens together."""
    found = CONTEXT_PARALLEL.search(comment)
    return int(found.group(1)) if found else 1


def _split(row: Mapping[str, str], comment: str) -> Split:
    tp, pp = int(cell(row, "tp") or 1), int(cell(row, "pp") or 1)
    found = DP_ATTENTION.search(comment)
    if found:
        dp = int(found.group(1) or found.group(2))
        return Split(tp=max(1, tp // dp), pp=pp, ep=tp, dp=dp) if dp <= tp else Split(tp=tp, pp=pp)
    return Split(tp=max(1, tp), pp=max(1, pp))


def load_overhead(engine: Engine, gpu: Accelerator | None, memory: MemoryFigures) -> float:
    """GiB that an engine which states its weights as free memory lost counts beyond them."""
    if not engine.load_overhead:
        return 0.0
    return memory.load_gib(unified=gpu is not None and "unified" in gpu.memory_type)


def _total(row: Mapping[str, str], comment: str, gpu_text: str) -> float | None:
    """Bytes the process sees: the stated total, what was free at start, or the catalog's figure (None)."""
    stated = cell(row, "gpu_mem_gib")
    if stated:
        return stated * GIB
    for pattern, text in ((AVAIL, comment), (FREE, gpu_text), (CARD, gpu_text)):
        found = pattern.search(text)
        if found and float(found.group(1)) > 4:
            return float(found.group(1)) * GIB
    return None


def _fraction(row: Mapping[str, str]) -> float | None:
    text = (row.get("gpu_memory_utilization") or "").split("=")[-1]
    value = cell({"gpu_memory_utilization": text}, "gpu_memory_utilization", most=1.0)
    if value == 0:
        raise InputError("gpu_memory_utilization: 0 is out of range")
    return value


def _tokens(comment: str, engine: Engine, gpu: Accelerator, context: int) -> tuple[float, bool]:
    """Token budget of the profile run, and whether it is the old engine that chunks.

    Before 0.8 vLLM profiled a whole context up to 32768 tokens, and chunks of 512 beyond.
    """
    old = not engine.chunked_prefill
    for pattern in (BATCHED, CHUNK):
        found = pattern.search(comment)
        if found:
            return float(found.group(1)), old and float(found.group(1)) < context
    if not old:
        return float(engine.batched_tokens(gpu)), False
    return (float(max(context, engine.batched_tokens(gpu))), False) if context <= 32768 else (512.0, True)


def _predict(case: LogCase, coefficients: Coefficients) -> dict[str, str]:
    designs, model = case.designs, case.designs.model
    parts = footprint(
        designs,
        coefficients,
        max_sequences=np.array([case.sequences]),
        max_tokens=case.tokens,
        fraction=case.fraction,
        total_bytes=case.total_bytes,
        eager=case.eager,
        logged=True,
    )
    out = {
        "pred_non_torch_gib": f"{float(np.ravel(parts.non_torch)[0]) / GIB:.3f}",
        "pred_activation_gib": f"{float(np.ravel(parts.activation)[0]) / GIB:.3f}",
    }
    if model.task != "generate":
        return out | {"error": "kv: an embedding model keeps no cache"}
    pool = _pool(case, parts, coefficients.memory)
    if pool <= 0:
        return out | {
            "pred_kv_gib": f"{pool / GIB:.3f}",
            "pred_kv_tokens": "0",
            "error": "kv: no memory is left for a cache",
        }
    tokens = log_tokens(case, pool) * case.context_ranks
    if tokens > case.cap:
        pool, tokens = pool * case.cap / tokens, case.cap
    return out | {"pred_kv_gib": f"{pool / GIB:.3f}", "pred_kv_tokens": f"{tokens:.0f}"}


def _pool(case: LogCase, parts: Footprint, memory: MemoryFigures) -> float:
    """The pool as the log states it: SGLang's from what was free before the load."""
    if case.engine.memory_policy == "static_share":
        gpu = case.designs.gpus[0]
        total = float(np.ravel(parts.total)[0])
        if case.total_bytes is None:
            total -= float(np.ravel(parts.non_torch)[0])
        share = float(np.ravel(parts.budget)[0]) / float(np.ravel(parts.total)[0])
        lost = load_overhead(case.engine, gpu, memory) * GIB
        return total * share - float(np.ravel(parts.weights)[0]) - lost
    return float(parts.kv_pool[0, 0])


def log_tokens(case: LogCase, pool: float) -> float:
    """Tokens as "KV cache size" prints them: of equal layers the pool over the bytes of a token; of mixed
    layers the oldest and newest vLLM differ (blocks over groups, or concurrency times context).
    """
    designs, model = case.designs, case.designs.model
    in_flight = case.tokens if case.engine.memory_policy == "share_of_total" else 0.0
    block = float(block_tokens(designs)[0])
    mixed = _is_mixed(model) and case.engine.hybrid_cache
    if not mixed or case.engine.memory_policy != "share_of_total":
        far = 1e6
        slope = cache_bytes(designs, np.array(far * 2)) - cache_bytes(designs, np.array(far))
        each = float(slope[0]) / far
        return float(np.floor(pool / each / block) * block) if each > 0 else 0.0
    if case.engine.tokens_by_concurrency:
        one = float(cache_bytes(designs, np.array(float(case.context)), in_flight=in_flight)[0])
        return pool / one * case.context
    return float(np.floor(pool / (_page_bytes(designs, block) * _group_layers(model)) / _groups(model)) * block)


def _is_mixed(model: Model) -> bool:
    kinds = {(layer.kind, layer.window) for layer in cache_layers(model) if layer.stored or layer.state_elements}
    return len(kinds) > 1


def _layer_counts(model: Model) -> list[int]:
    counts: dict[tuple[str, int | None], int] = {}
    for layer in cache_layers(model):
        if layer.stored or layer.state_elements:
            key = (layer.kind, layer.window)
            counts[key] = counts.get(key, 0) + layer.count
    return list(counts.values())


def _group_layers(model: Model) -> int:
    """Layers of one group of vLLM's hybrid allocator: the smallest kind sets the size."""
    return min(_layer_counts(model))


def _groups(model: Model) -> int:
    size = _group_layers(model)
    return sum(-(-count // size) for count in _layer_counts(model))


def _page_bytes(designs: Designs, block: float) -> float:
    """Bytes of one page of the widest layer (pages of all groups are made equal)."""
    bits = np.array([kv.bits for kv in designs.kv_formats])[designs.kv]
    widths = [
        float(np.ravel(token_bytes(layer, tp=designs.tp, kv_bits=bits))[0])
        for layer in cache_layers(designs.model)
        if layer.kind in ("gqa", "mla") and layer.stored
    ]
    return max(widths) * block
