"""The deployment that a start-up log tells of: what it states, with flags for what it does not."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from hardware_db.schema import Accelerator
from models_db.catalog import Found
from planner.catalogs import Catalogs
from planner.errors import HardwareError, InputError
from planner.export.reading.cuts import split_of
from planner.export.reading.deployed import kv_of, weights_of
from planner.export.reading.flags import EngineSpelling, Said, spellings
from planner.export.reading.line import Started
from planner.export.reading.model import model_of
from planner.export.reading.settings import settings_of
from planner.logs.record import LLAMA_CPP, VLLM, LogFigures, StartupLog
from planner.physics.deployment import Deployment
from planner.physics.engines import Engine, find_engine
from planner.physics.split import Split, is_moe
from planner.request.engine import AS_SHIPPED, EngineSettings

# What readers of launch lines call the settings of a log.
MEANINGS = {
    "tp": "tp", "pp": "pp", "dp": "dp", "max_model_len": "max_model_len", "max_num_seqs": "max_num_seqs",
    "max_num_batched_tokens": "max_num_batched_tokens", "memory_fraction": "memory_fraction",
    "quantization": "quantization", "dtype": "dtype", "kv_cache_dtype": "kv", "block_size": "block_size",
    "context_ranks": "context_ranks", "n_ctx": "ctx", "n_seq_max": "parallel", "n_batch": "batch_size",
    "n_ubatch": "ubatch_size", "cache_type_k": "kv", "cache_type_v": "kv_v",
}  # fmt: skip
WIDTHS = ("tp", "pp", "ep", "dp")
# Before chunked prefill a profile run was as long as the context, up to so many tokens.
LONGEST_PROFILE = 32_768
# The last release that states its cache in blocks.
LAST_OF_BLOCKS = "0.7.3"


@dataclass(frozen=True)
class Stated:
    """What is stated beside the log, which it wins over: names, widths (None where none is given) and settings."""

    model: str | None = None
    gpu: str | None = None
    weights: str | None = None
    kv: str | None = None
    widths: dict[str, int] = field(default_factory=dict)
    settings: EngineSettings = AS_SHIPPED


@dataclass(frozen=True)
class LoggedStart:
    """A log's deployment, its model, what of it somebody stated, and what was assumed."""

    deployment: Deployment
    found: Found
    stated: frozenset[str]
    notes: tuple[str, ...]


def start_of(log: StartupLog, given: Stated, catalogs: Catalogs) -> LoggedStart:
    """The deployment of a log. Raises InputError, which names the flag, where a model or a GPU is missing."""
    notes: list[str] = []
    said, spelling = _said(log), _spelling(log.engine)
    name, weights = _named(said, catalogs, given)
    found = catalogs.models.find(name)
    record = found.model
    split, _ = split_of(said, Started(spelling, ()), is_moe(record), notes)
    widths = {width: given.widths.get(width) or getattr(split, width) for width in WIDTHS}
    if log.engine in LLAMA_CPP and "pp" not in given.widths:
        widths["pp"] = _devices(log)
    gpu = _gpu(log, given, catalogs)
    settings = _settings(log, said, spelling, split, record.max_context, notes)
    settings = _over(settings, given.settings)
    engine = find_engine(log.engine, settings.engine_version)
    settings = _defaults(settings, engine, gpu, record.max_context, notes)
    deployment = Deployment(
        model=name, gpu=gpu.id, weights=given.weights or weights or weights_of(said, record, notes),
        kv=given.kv or kv_of(said, spelling.id, notes), engine=log.engine, split=Split(**widths), settings=settings,
        concurrency=1.0,
    )  # fmt: skip
    stated = _stated(log, said, given)
    return LoggedStart(deployment, found, stated, (*notes, *_unstated(stated, deployment)))


def _spelling(engine: str) -> EngineSpelling:
    own = LLAMA_CPP[0] if engine in LLAMA_CPP else engine
    return next(spelling for spelling in spellings() if spelling.id == own)


def _said(log: StartupLog) -> Said:
    """The log's settings as a launch line would have them, then the arguments that a line has and a record does not."""
    values: dict[str, Any] = {
        MEANINGS[name]: str(value)
        for name, value in log.settings.model_dump(exclude_none=True).items() if name in MEANINGS
    }  # fmt: skip
    said, spelling = log.settings, _spelling(log.engine)
    values["dtype"] = str(values.get("dtype", "auto")).removeprefix("torch.")
    values |= {name: True for name, on in (("eager", said.eager), ("prefix_caching", said.prefix_caching)) if on}
    if said.prefix_caching is False:
        values["no_prefix_caching"] = True
    if said.ep and said.ep > 1:
        values |= {"ep": True, "ep_size": str(said.ep)}
    if said.draft_method and said.draft_tokens:
        drafts = {"method": said.draft_method.lower(), "num_speculative_tokens": said.draft_tokens}
        values["speculative"] = json.dumps(drafts)
    if log.engine in LLAMA_CPP:
        values |= _of_ggml(log)
    for name, text in log.arguments.items():
        flag = name.replace("_", "-")
        meaning = spelling.values.get(flag) or spelling.bare.get(flag)
        if meaning and meaning != "unmodelled" and meaning not in (*values, "dp", "ep"):
            values[meaning] = text if flag in spelling.values else text == "True"
    if log.model:
        values["model"] = log.model
    return Said(values={name: value for name, value in values.items() if value not in (False, "None", "auto")})


def _of_ggml(log: StartupLog) -> dict[str, Any]:
    """What llama.cpp says in other words than its flags."""
    said, found = log.settings, {}
    flash = {"1": "on", "0": "off", "enabled": "on", "disabled": "off"}.get(said.flash_attn or "", said.flash_attn)
    if flash:
        found["flash_attn"] = flash
    if said.offloaded_layers is not None and said.offloaded_layers != said.layers:
        found["n_gpu_layers"] = str(said.offloaded_layers)
    return found


def _named(said: Said, catalogs: Catalogs, given: Stated) -> tuple[str, str | None]:
    try:
        return model_of(said, catalogs, given.model)
    except InputError as error:
        raise InputError(str(error).replace("--from-command: ", "log: ")) from error


def _devices(log: StartupLog) -> int:
    """Devices that hold a part of the cache or of the weights."""
    held = {one.device for one in log.buffers if one.kind in ("kv", "model") and one.device[-1:].isdigit()}
    return max(1, len(held))


def _gpu(log: StartupLog, given: Stated, catalogs: Catalogs) -> Accelerator:
    """The GPU that is stated, else one that the log names and the catalog knows; it must be one."""
    if given.gpu is not None:
        return catalogs.hardware.accelerator(given.gpu)
    for name in log.gpus:
        try:
            return catalogs.hardware.accelerator(name)
        except (HardwareError, InputError):
            continue
    size = log.figures.total_gib or log.figures.free_before_gib
    has = f"; its card has {size:g} GiB" if size else ""
    named = f" ({', '.join(log.gpus)[:80]} is not known)" if log.gpus else ""
    raise InputError(f"log: it names no GPU{named}{has}; give --gpu")


def _settings(
    log: StartupLog, said: Said, spelling: EngineSpelling, split: Split, context: int | None, notes: list[str]
) -> EngineSettings:  # fmt: skip
    settings = settings_of(said, spelling.id, split.dp, context, notes)
    memory: dict[str, Any] = {}
    if log.figures.total_gib:
        memory["total_gib"] = log.figures.total_gib
    if log.figures.free_before_gib and log.engine != VLLM:
        memory["free_gib"] = log.figures.free_before_gib
    version = None if log.engine == LLAMA_CPP[1] else log.version
    if version is None and log.engine == VLLM and _in_blocks(log.figures):
        version = LAST_OF_BLOCKS
        notes.append(f"worded as before 0.8: read as {version} (--engine-version)")
    changed = settings.memory.model_copy(update=memory)
    return EngineSettings.model_validate(
        {**settings.model_dump(exclude_unset=True), "engine_version": version, "memory": changed.model_dump()}
    )


def _in_blocks(f: LogFigures) -> bool:
    """Whether lines are of the generation that stated blocks, not tokens."""
    return f.kv_tokens is None and f.consumed_gib is None and bool(f.blocks or f.non_torch_gib)


def _over(settings: EngineSettings, given: EngineSettings) -> EngineSettings:
    """The log's settings with those of flags over them."""
    memory = {name: getattr(given.memory, name) for name in given.memory.model_fields_set}
    stated = {name: getattr(given, name) for name in given.model_fields_set - {"memory"}}
    return settings.model_copy(update={**stated, "memory": settings.memory.model_copy(update=memory)})


def _defaults(
    settings: EngineSettings, engine: Engine, gpu: Accelerator, context: int | None, notes: list[str]
) -> EngineSettings:  # fmt: skip
    """The engine's own defaults where they are not those of an estimate."""
    if engine.ggml:
        return settings
    changed: dict[str, Any] = {}
    if settings.max_num_seqs is None or engine.memory_policy == "static_share":
        changed["max_num_seqs"] = engine.sequences(gpu)
    if settings.max_num_seqs is None and engine.memory_policy != "static_share":
        notes.append(f"{engine.sequences(gpu)} sequences at once, the engine's default (--max-num-seqs)")
    length = settings.max_model_len or context
    if not engine.chunked_prefill and settings.max_num_batched_tokens is None and length:
        changed["max_num_batched_tokens"] = max(min(length, LONGEST_PROFILE), engine.batched_tokens(gpu))
    return settings.model_copy(update=changed)


def _stated(log: StartupLog, said: Said, given: Stated) -> frozenset[str]:
    """Settings that the log or a flag states, which no change explains."""
    names = {name for name, value in log.settings.model_dump(exclude_none=True).items() if value is not None}
    names |= set(said.values)
    names |= given.settings.model_fields_set | set(given.widths) | given.settings.memory.model_fields_set
    names |= {name for name in ("weights", "kv") if getattr(given, name)}
    if log.version:
        names.add("engine_version")
    if log.arguments:
        # A list of arguments states by what it leaves out that those are the engine's defaults.
        names |= {"text_only", "skip_mm_profiling", "adapters", "eager", "tp", "pp", "capture_size", "state_type"}
    return frozenset(names)


def _unstated(stated: frozenset[str], d: Deployment) -> list[str]:
    """What was taken as the default because nobody states it, by its flag."""
    asked = {
        "engine_version": "--engine-version", "tp": f"--tp ({d.split.tp})", "memory_fraction": "--memory-fraction",
        "max_model_len": "--max-model-len",
    }  # fmt: skip
    missing = [flag for name, flag in asked.items() if name not in stated]
    if d.engine in LLAMA_CPP:
        missing = [flag for flag in missing if flag == "--engine-version"]
    return [f"not in the log, taken as the default: {', '.join(missing)}"] if missing else []


def changed(d: Deployment, memory: dict[str, Any] | None = None, **own: Any) -> Deployment:
    """A deployment with other settings of its engine, and of its memory."""
    kept = d.settings.memory.model_copy(update=memory or {})
    return replace(d, settings=d.settings.model_copy(update={**own, "memory": kept}))
