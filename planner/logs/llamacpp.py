"""llama.cpp's lines, and Ollama's, which runs it.

Wording: src/llama-context.cpp, llama-kv-cache.cpp, llama-memory-recurrent.cpp and llama-model.cpp, builds of 2024 to
2026. A load may be tried first without memory; the last one counts, and the contexts of a drafter do not.
"""

from __future__ import annotations

import re

from planner.logs.pairs import number
from planner.logs.record import Buffer, StartupLog
from planner.logs.rules import SIZE, Gathered, figures_of, lines_with, settings_of
from planner.logs.text import quoted

SIGNS = ("load_tensors:", "llama_context:", "llm_load_", "llama_new_context", "llama_kv_cache", "llama_model_loader",
         "llama_init_from_model", "sched_reserve:", "ggml_cuda_init")  # fmt: skip
BUFFER = re.compile(rf"([\w\[\]./-]{{1,60}}) +(?:(model|KV|RS|compute|output) +)?buffer size *= *({SIZE}) MiB")
SETTING = re.compile(r"\b(n_ctx|n_seq_max|n_batch|n_ubatch|flash_attn) *= (\w{1,20})")
TYPES = re.compile(r"K \((\w{1,12})\).{0,40}?V \((\w{1,12})\)")
OFFLOADED = re.compile(r"offloaded (\d{1,5})/(\d{1,5}) layers")
FILE = re.compile(r"loaded meta data .{0,80}? from (.{1,400}?) \(version")
VERSION = re.compile(r"\bbuild: (\d{3,6})\b|\bbuild[_ ]?(?:info)?: b(\d{3,6})\b")
DEVICE = re.compile(
    r"Device \d{1,3}: ([^,]{3,80}),|using device \w{1,20} \(([^)]{3,80})\)|ggml_vulkan: \d = ([^(|]{3,80})"
)
FREE = re.compile(r"using device .{0,120}? - ([0-9]{1,9}) MiB free")
FLASH = re.compile(r"Flash Attention was auto, set to (\w{1,10})")
FAILED = ("failed to allocate", "out of memory", "failed to load model", "failed to create context")
HOST = re.compile(r"Host$|^CPU|REPACK|^AMX|^BLAS")
KINDS = {"model": "model", "KV": "kv", "RS": "state", "compute": "compute", "output": "output", None: "model"}
FIGURES = {"model": "weights_gib", "kv": "kv_pool_gib", "state": "state_pool_gib", "compute": "compute_gib",
           "output": "output_gib"}  # fmt: skip
KEYS = ("buffer size", " = ", "offloaded ", "loaded meta data", "build", "Device ", "using device", "ggml_vulkan:",
        "K (", "Flash Attention was", "draft", *FAILED)  # fmt: skip


class _Load:
    """The buffers of the newest load: a model's buffers begin one, a context's go with it."""

    def __init__(self) -> None:
        self.buffers: list[Buffer] = []
        self.drafting = False

    def take(self, device: str, word: str | None, mib: float) -> None:
        kind = KINDS[word]
        held = {b.kind for b in self.buffers}
        if self.drafting or mib > 1e9:
            return
        if kind == "model" and held - {"model"}:
            self.buffers = []
        elif kind in ("kv", "state", "output") and "compute" in held:
            self.buffers = [b for b in self.buffers if b.kind == "model"]
        if kind == "compute":
            # A context is reserved more than once; the newest size is its own.
            self.buffers = [b for b in self.buffers if (b.kind, b.device) != (kind, device)]
        self.buffers.append(Buffer(kind=kind, device=device, mib=mib))


def read_llamacpp(lines: list[str]) -> StartupLog:
    """The last load of llama.cpp in a log."""
    found, load, gpus, model, version, failure = Gathered(), _Load(), list[str](), "", "", ""
    for at in sorted({line for line, _ in lines_with(lines, KEYS)}):
        line = lines[at]
        if match := FILE.search(line):
            load.drafting = load.drafting and bool(model) and match.group(1) != model
            model = model if load.drafting else match.group(1)
        elif "draft" in line and ("load" in line or "creat" in line) and "no " not in line:
            load.drafting = True
        if match := BUFFER.search(line):
            load.take(match.group(1), match.group(2), float(match.group(3)))
        if not load.drafting:
            _settings(found.settings, line)
        if match := VERSION.search(line):
            version = f"b{match.group(1) or match.group(2)}"
        if match := DEVICE.search(line):
            gpus.append(next(text for text in match.groups() if text).strip())
        if match := FREE.search(line):
            found.take("free_before_gib", float(match.group(1)) / 1024.0)
        failure = failure or next((quoted(line, 300) for word in FAILED if word in line), "")
    return StartupLog(
        engine="llama.cpp", version=version or None, model=quoted(model) or None, gpus=_named(gpus),
        settings=settings_of(found.settings), figures=figures_of({**found.figures, **_figures(load.buffers)}),
        buffers=tuple(load.buffers[:2000]), failure=failure or None,
    )  # fmt: skip


def _settings(settings: dict[str, object], line: str) -> None:
    for match in SETTING.finditer(line[:400]):
        if number(match.group(2)) is not None or match.group(1) == "flash_attn":
            settings[match.group(1)] = match.group(2)
    if hit := TYPES.search(line):
        settings |= {"cache_type_k": hit.group(1), "cache_type_v": hit.group(2)}
    if hit := OFFLOADED.search(line):
        settings |= {"offloaded_layers": hit.group(1), "layers": hit.group(2)}
    if hit := FLASH.search(line):
        settings["flash_attn"] = hit.group(1)


def _figures(buffers: list[Buffer]) -> dict[str, float]:
    """Each kind's buffers on the device that has most of it; what lies in host memory is none of a GPU's."""
    held: dict[tuple[str, str], float] = {}
    for one in buffers:
        if not HOST.search(one.device):
            held[one.kind, one.device] = held.get((one.kind, one.device), 0.0) + one.mib
    kinds = dict.fromkeys(kind for kind, _ in held)
    return {FIGURES[kind]: max(mib for (k, _), mib in held.items() if k == kind) / 1024.0 for kind in kinds}


def _named(gpus: list[str]) -> tuple[str, ...]:
    """Names of the devices, once each."""
    return tuple(dict.fromkeys(quoted(name, 100) for name in gpus[:64]))
