"""A row of a start-up log, read: a single design and what the log states about its limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from models_db.schema import Model
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.evidence.log_settings import batched_tokens, most_tokens, stated_sequences, with_settings
from planner.evidence.names import as_stored, cache_format, find_gpu, generic_gpu, storage_format
from planner.evidence.sources import sources
from planner.evidence.table import cell, number
from planner.formulas.memory import GIB
from planner.physics.coefficient_parts import MemoryFigures
from planner.physics.design import Designs
from planner.physics.encoder import default_sequences, takes_whole
from planner.physics.engines import Engine, find_engine
from planner.physics.first_start import tuned_bytes
from planner.physics.footprint import MULTIMODAL_TOKENS, WHOLE_CONTEXT, loading_of
from planner.physics.kernels import support
from planner.physics.logged import load_overhead
from planner.physics.split import Split, split_problem
from planner.physics.versions import version_key
from planner.physics.weights import weights_bytes

FREE = re.compile(r"(\d+(?:\.\d+)?) ?GB free")
AVAIL = re.compile(r"avail mem (\d+(?:\.\d+)?)")
CARD = re.compile(r"(\d+(?:\.\d+)?) ?GiB")
CONTEXT_PARALLEL = re.compile(r"decode-context-parallel-size[ =]+(\d+)")
# A log without a version is read as of the release in the middle of the evidence, or of its model if that is newer.
UNSTATED_VERSION, UNSTATED_DAY = "0.11", "2025-10"
# Logs of a model come months after it.
LATER_MONTHS = 2
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


def read_case(row: Mapping[str, str], catalogs: Catalogs, memory: MemoryFigures) -> tuple[LogCase | None, float, str]:
    """The case, the weights in GiB, and why the rest cannot be predicted (or empty)."""
    comment, gpu_text = row.get("comment") or "", row.get("gpu") or ""
    found = as_stored(row.get("quantization") or "", row.get("model_hf_id") or "", catalogs.models)
    engine = in_first_engine(with_settings(engine_of(row, found), row, found), row)
    model = _served(found, row)
    fmt = storage_format(row.get("quantization") or "", row.get("model_hf_id") or "", model)
    total, gpu = _total(row, comment, gpu_text, engine), find_gpu(gpu_text, catalogs.hardware)
    split = _split(row, comment)
    problem = split_problem(model, split)
    if problem:
        raise InputError(f"tp: {problem}")
    if gpu is None and total is not None:
        gpu = generic_gpu(total / GIB, catalogs.hardware)
    pad = support(fmt, gpu, engine.id).pad if gpu else (1, 1)
    first = weights_bytes(model, fmt, split, loading_of(engine, pad, model), stage=0) / GIB
    weights = first + load_overhead(engine, gpu, memory)
    if gpu is None:
        return None, weights, "kv: neither a GPU of the catalog nor its memory is stated"
    kv = cache_format(row.get("kv_cache_dtype") or "", gpu, engine)
    context = int(cell(row, "max_model_len") or model.max_context or 8192)
    # SGLang's graphs and pools do not follow the sequences that it may run.
    sequences = stated_sequences(row, engine) if engine.memory_policy != "static_share" else None
    engine = _warmed(Designs.single(model, gpu, fmt, kv, engine, split), row, memory)
    designs = Designs.single(model, gpu, fmt, kv, engine, split)
    tokens, chunked = _tokens(row, comment, designs, context)
    case = LogCase(
        designs=designs,
        engine=engine,
        total_bytes=total,
        fraction=_fraction(row) or engine.fraction(split.tp * split.dp * split.pp),
        sequences=min(sequences or float(default_sequences(designs)[0]), CHUNKED_V0_SEQUENCES if chunked else np.inf),
        tokens=tokens,
        context=context,
        cap=most_tokens(row, comment) or np.inf,
        context_ranks=_context_ranks(comment),
    )
    return case, weights, ""


def engine_of(row: Mapping[str, str], model: Model | None) -> Engine:
    """The engine of a row as of its version: where none is stated, as of what the log prints or when its model came."""
    name, stated = row.get("engine") or sources().logs.engine, row.get("engine_version") or ""
    if not stated and (row.get("consumed_gib") or "").strip():
        return find_engine(name, sources().logs.consumed_since)
    return find_engine(name, stated or _thread_day(row) or _day(model) or UNSTATED_VERSION)


def in_first_engine(engine: Engine, row: Mapping[str, str]) -> Engine:
    """While vLLM had two engines, only the first one printed what weights, activations and the rest take."""
    printed = all((row.get(name) or "").strip() for name in ("activation_peak_gib", "non_torch_gib"))
    return replace(engine, chunked_prefill=False) if engine.first_engine and printed else engine


def _warmed(designs: Designs, row: Mapping[str, str], memory: MemoryFigures) -> Engine:
    """The engine, its kernels tuned before where less lies outside PyTorch's allocator than tuning leaves there."""
    engine, outside = designs.engines[0], number(row.get("non_torch_gib"))
    if outside is None or outside * GIB >= float(tuned_bytes(designs, memory)[0]):
        return engine
    held = engine.settings.memory.model_copy(update={"warm_start": True})
    return replace(engine, settings=engine.settings.model_copy(update={"memory": held}))


def _thread_day(row: Mapping[str, str]) -> str:
    """When a thread of the engine's own tracker was opened, by its number; empty for other sources."""
    threads = sources().logs.threads
    found = re.match(rf"{re.escape(threads.tracker)}#(\d+)", row.get("source") or "")
    number = int(found.group(1)) if found else 0
    return max((day for first, day in threads.opened if first <= number), default="")


def _day(model: Model | None) -> str:
    """When a log of a model may be from, where that is after the release in the middle of the evidence."""
    if model is None or model.release is None or len(model.release) < len(UNSTATED_DAY):
        return ""
    months = 12 * int(model.release[:4]) + int(model.release[5:7]) - 1 + LATER_MONTHS
    day = f"{months // 12}-{months % 12 + 1:02d}"
    return day if day > UNSTATED_DAY else ""


def _served(model: Model, row: Mapping[str, str]) -> Model:
    """In old versions decoders that embed were served as generators, with a head and a cache."""
    rule = sources().logs.headed
    version = row.get("engine_version") or UNSTATED_VERSION
    old = (row.get("engine") or "").lower() == rule.engine and version_key(version) < version_key(rule.before)
    headed = model.task == "embed" and not model.tied_embeddings
    return model.model_copy(update={"task": "generate"}) if old and headed else model


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
    ep = max(1, tp) if "expert parallel" in (row.get("engine_args") or "") else 1
    return Split(tp=max(1, tp), pp=max(1, pp), ep=ep)


def _total(row: Mapping[str, str], comment: str, gpu_text: str, engine: Engine) -> float | None:
    """Bytes the process sees: what was free at start where the engine counts from that, the stated total, or the
    catalog's figure (None)."""
    free = cell(row, "free_before_gib") if engine.memory_policy == "static_share" else None
    stated = free or cell(row, "gpu_mem_gib")
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


def _tokens(row: Mapping[str, str], comment: str, designs: Designs, context: int) -> tuple[float, bool]:
    """Token budget of the profile run, and whether it is the old engine that chunks.

    Before 0.8 vLLM profiled a whole context up to 32768 tokens, and chunks of 512 beyond.
    """
    old, stated = bool(takes_whole(designs)[0]), batched_tokens(row, comment)
    engine, gpu = designs.engines[0], designs.gpus[0]
    usual = float(engine.max_batched_tokens if old else engine.batched_tokens(gpu))
    if stated is not None:
        return stated, old and stated < context
    if not old:
        return usual, False
    least = MULTIMODAL_TOKENS if designs.model.vision_params else 0
    return (max(context, usual, least), False) if context <= WHOLE_CONTEXT else (512.0, True)
