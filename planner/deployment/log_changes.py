"""Single changes of a deployment that may explain why its log differs: only of what nobody states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from models_db.checkpoints import is_converted
from models_db.formats import formats, kv_formats
from planner.deployment.log_deployment import LoggedStart, changed
from planner.physics.deployment import Deployment
from planner.physics.engines import find_engine
from planner.physics.split import PP_SIZES, TP_SIZES
from planner.request.speculation import Speculation

FRACTIONS = (0.7, 0.75, 0.8, 0.85, 0.87, 0.88, 0.9, 0.92, 0.93, 0.95, 0.97, 0.98)
SEQUENCES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
BATCHES = (512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536)
LENGTHS = (2048, 4096, 8192, 16_384, 32_768, 40_960, 65_536, 131_072, 262_144)
CELLS = (4096, 8192, 16_384, 32_768, 65_536, 131_072, 262_144)
CAPTURES = (1, 8, 16, 32, 64, 128, 256, 512)
STATES = ("float32", "bfloat16")
DRAFTS = (1, 2, 3, 4, 5)
SLOTS = (1, 2, 4, 8)
UBATCHES = (128, 256, 512, 1024, 2048, 4096)


@dataclass(frozen=True)
class SettingChange:
    """One setting with another value, in words, and the deployment with it."""

    text: str
    deployment: Deployment


def changes(start: LoggedStart) -> Iterator[SettingChange]:
    """All changes of what the log does not state; which of them are legal is seen when they are estimated."""
    return (change for change in _all(start) if change.deployment != start.deployment)


def _all(start: LoggedStart) -> Iterator[SettingChange]:
    d, engine, record = start.deployment, find_engine(start.deployment.engine), start.found.model
    if engine.ggml:
        yield from _of_ggml(d, start)
    else:
        yield from _limits(d, start)
    if "weights" not in start.stated:
        for fmt in formats().values():
            if (fmt.gguf is not None) == engine.ggml and not (is_converted(record) and fmt.id == record.native.format):
                yield SettingChange(f"--weights {fmt.id}", replace(d, weights=fmt.id))
    if not start.stated & {"kv", "kv_cache_dtype", "cache_type_k"}:
        for kv in kv_formats().values():
            yield SettingChange(f"--kv {kv.id}", replace(d, kv=kv.id))
    if "engine_version" not in start.stated:
        for profile in engine.profiles:
            yield SettingChange(f"--engine-version {profile.since}", changed(d, engine_version=profile.since))


def _limits(d: Deployment, start: LoggedStart) -> Iterator[SettingChange]:
    """The settings that engines of whole GPUs have."""
    numbers = {
        "memory_fraction": FRACTIONS, "max_num_seqs": SEQUENCES, "max_num_batched_tokens": BATCHES,
        "max_model_len": LENGTHS,
    }  # fmt: skip
    for name, values in numbers.items():
        if name not in start.stated:
            flag = f"--{name.replace('_', '-')}"
            yield from (SettingChange(f"{flag} {value:g}", changed(d, None, **{name: value})) for value in values)
    if "eager" not in start.stated and not d.settings.eager:
        yield SettingChange("--eager", changed(d, eager=True))
    for width, sizes in (("tp", TP_SIZES), ("pp", PP_SIZES)):
        if width not in start.stated:
            yield from (
                SettingChange(f"--{width} {size}", replace(d, split=replace(d.split, **{width: size})))
                for size in sizes
            )
    yield from _memory(d, start)
    if not {"draft_method", "speculative", "speculation"} & start.stated:
        for drafts in DRAFTS:
            drafting = Speculation(method="mtp", drafts=drafts)
            yield SettingChange(f"--speculation mtp:{drafts}", changed(d, speculation=drafting))


def _memory(d: Deployment, start: LoggedStart) -> Iterator[SettingChange]:
    """Captures, encoders, states, adapters and prefix caching."""
    if "capture_size" not in start.stated:
        for size in CAPTURES:
            yield SettingChange(f"--max-cudagraph-capture-size {size}", changed(d, {"capture_size": size}))
    if "text_only" not in start.stated:
        yield SettingChange("--language-model-only", changed(d, {"text_only": True}))
    if "skip_mm_profiling" not in start.stated:
        yield SettingChange("--skip-mm-profiling", changed(d, {"skip_mm_profiling": True}))
    if not d.settings.memory.warm_start:
        yield SettingChange("--warm-start", changed(d, {"warm_start": True}))
    if "state_type" not in start.stated:
        for kind in STATES:
            yield SettingChange(f"--mamba-ssm-cache-dtype {kind}", changed(d, {"state_type": kind}))
    if "adapters" not in start.stated:
        for count in (1, 2, 4, 8):
            yield SettingChange(f"--max-loras {count}", changed(d, {"adapters": count}))
    if not {"prefix_caching", "no_prefix_caching"} & start.stated:
        for on in (True, False):
            text = "--enable-prefix-caching" if on else "--no-enable-prefix-caching"
            yield SettingChange(text, changed(d, {"prefix_caching": on}))


def _of_ggml(d: Deployment, start: LoggedStart) -> Iterator[SettingChange]:
    """The settings of llama.cpp."""
    numbers = {
        "ctx_size": ("ctx", CELLS),
        "ubatch_size": ("ubatch_size", UBATCHES),
        "parallel": ("parallel", (1, 2, 4, 8)),
    }
    for name, (meaning, values) in numbers.items():
        if not {name, meaning} & start.stated:
            yield from (SettingChange(f"--{name.replace('_', '-')} {n}", changed(d, None, **{name: n})) for n in values)
    if "flash_attn" not in start.stated:
        yield from (SettingChange(f"--flash-attn {text}", changed(d, flash_attn=text)) for text in ("on", "off"))
    yield from (
        SettingChange(f"--{name.replace('_', '-')}", changed(d, None, **{name: True}))
        for name in ("swa_full", "kv_unified", "no_kv_offload") if name not in start.stated
    )  # fmt: skip
