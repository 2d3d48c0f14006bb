"""How a row about a llama.cpp process was run: from columns of the exchange format, else from words of its comment."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import numpy as np

from models_db.schema import Model
from planner.errors import InputError
from planner.evidence.sources import sources
from planner.evidence.table import cell
from planner.physics.ggml.build import Build, build_of, placed
from planner.physics.ggml.settings import Process
from planner.request.ggml import CACHE_BITS

ISSUE = re.compile(r"\.cpp#(\d+)")
BUFFERS = re.compile(r"buffers (\{[^}]*\})")
OFFLOADED = re.compile(r"offloaded (\d+)/(\d+)")
CELLS = re.compile(r"(\d+) cells")
LAYERS = re.compile(r"(?:-ngl|--n-gpu-layers)[ =](\d+)")
EXPERTS = re.compile(r"(?:-ncmoe|--n-cpu-moe)[ =](\d+)")
SPLIT = re.compile(r"\d+(?:\.\d+)?")
NOT_A_DEVICE = re.compile(r"_Host$|^CPU$")


def run_of_row(row: Mapping[str, str], model: Model) -> Process:
    """The process of a row, the engine's default where it is not stated; raises InputError with the wrong cell."""
    context = context_of(row)
    devices, on_cpu = _devices(row), _on_cpu(row)
    build, ubatch = build_of_row(row), _number(row, "n_ubatch", 512)
    batch = min(_number(row, "n_batch", max(2048, ubatch)), context)
    layers_on_cpu, head_on_cpu = (0, False) if on_cpu else _placed(row, model, build)
    k_bits, v_bits = kv_bits(row)
    experts, args = _flag(row, EXPERTS, 0), row.get("engine_args") or ""
    return Process(
        n_ctx=context, n_ubatch=min(ubatch, batch), n_parallel=_number(row, "n_parallel", 1),
        flash=_flash(row, build), k_bits=k_bits, v_bits=v_bits, unified=not (row.get("n_parallel") or "").strip(),
        swa_full="full-size SWA" in (row.get("comment") or "") or "--swa-full" in args,
        kv_on_cpu="-nkvo" in args or "--no-kv-offload" in args,
        layers_on_cpu=layers_on_cpu, experts_on_cpu=min(experts, model.n_layers), output_on_cpu=head_on_cpu,
        device=not on_cpu, devices=devices,
        pipelined=devices > 1 and not (layers_on_cpu or head_on_cpu or experts) and build.pipelines
        and _can_pipeline(row),
        rows=_number(row, "n_parallel", 1) if build.few_outputs and "draft_method" in row else None,
        drafts=_number(row, "draft_tokens", 0), build=build,
    )  # fmt: skip


def context_of(row: Mapping[str, str]) -> int:
    """`n_ctx`, whose remark may follow; raises InputError."""
    found = re.match(r"\s*(\d+(?:\.0)?)(?:\s*\(.*\))?\s*$", row.get("n_ctx") or "")
    context = int(float(found.group(1))) if found else 0
    if not 0 < context <= 2**31:
        raise InputError(f"n_ctx: {(row.get('n_ctx') or '')[:40]!r} is not a number of cells")
    return context


def build_of_row(row: Mapping[str, str]) -> Build:
    """The build that is stated, else that of the days in which the issue was opened, else the newest."""
    if (row.get("build") or "").strip():
        return build_of(row["build"])
    issue = ISSUE.search(row.get("source") or "")
    if issue is None:
        return Build()
    numbers, builds = zip(*sources().ggml.issues, strict=True)
    return Build(int(np.interp(int(issue.group(1)), numbers, builds)))


def kv_bits(row: Mapping[str, str]) -> tuple[float, float]:
    """Bits of an element of K and of V; raises InputError."""
    kinds = ((row.get("kv_type") or "f16").strip().lower().split("/") * 2)[:2]
    if any(kind not in CACHE_BITS for kind in kinds):
        raise InputError(f"kv_type: {row.get('kv_type')!r} is not known")
    return CACHE_BITS[kinds[0]], CACHE_BITS[kinds[1]]


def largest_mib(text: str) -> float | None:
    """The largest of buffers such as `1027.02 + 608.01` or `316.80 x4`, one for each device."""
    parts = [SPLIT.match(part.strip()) for part in (text or "").split("+")]
    return max((float(part.group()) for part in parts if part), default=None)


def host_compute_mib(row: Mapping[str, str]) -> float | None:
    """The host's compute buffer: its column, else among the buffers of the comment."""
    if (row.get("host_compute_mib") or "").strip():
        return cell(row, "host_compute_mib")
    sizes = [float(size) for name, size in _buffers(row).items() if name.endswith("_Host")]
    return sizes[0] if sizes and "flash_attn" in (row.get("comment") or "") else None


def _buffers(row: Mapping[str, str]) -> dict[str, str]:
    found = BUFFERS.search(row.get("comment") or "")
    try:
        return dict(json.loads(found.group(1))) if found else {}
    except ValueError:
        return {}


def _devices(row: Mapping[str, str]) -> int:
    stated = cell(row, "n_devices", most=64.0)
    named = [name for name in _buffers(row) if not NOT_A_DEVICE.search(name)]
    return int(stated) if stated else max(1, len(named))


def _on_cpu(row: Mapping[str, str]) -> bool:
    """Whether no device computes."""
    if (row.get("gpu_backend") or "").strip():
        return row["gpu_backend"].strip().upper() == "CPU"
    names = list(_buffers(row))
    return bool(names) and all(NOT_A_DEVICE.search(name) for name in names)


def _can_pipeline(row: Mapping[str, str]) -> bool:
    """Backends and cards without events between devices run one batch at a time."""
    words = f"{row.get('gpu_backend')} {row.get('gpu')} {row.get('comment')}"
    return sources().ggml.no_events.search(words) is None


def _placed(row: Mapping[str, str], model: Model, build: Build) -> tuple[int, bool]:
    """Layers on the CPU, and whether the output head is there, too."""
    stated = LAYERS.search(row.get("engine_args") or "")
    if stated:
        return placed(int(stated.group(1)), model.n_layers, build)
    found = OFFLOADED.search(row.get("comment") or "")
    if found is None or found.group(1) == found.group(2):
        return 0, False
    return placed(min(int(found.group(1)), model.n_layers), model.n_layers, build)


def _flash(row: Mapping[str, str], build: Build) -> bool:
    text = (row.get("flash_attn") or "").strip().lower()
    if not text:
        said = re.search(r"flash_attn[ =]+(\d)", row.get("comment") or "")
        text = said.group(1) if said else "auto"
    return build.flash_auto if text == "auto" else text.startswith(("1", "on", "true"))


def _number(row: Mapping[str, str], name: str, default: int) -> int:
    stated = cell(row, name, most=2.0**31)
    if stated:
        return int(stated)
    words = {"n_parallel": "n_seq_max"}
    found = re.search(rf"{words.get(name, name)}[ =]+(\d+)", row.get("comment") or "")
    return int(found.group(1)) if found else default


def _flag(row: Mapping[str, str], pattern: re.Pattern[str], default: int) -> int:
    found = pattern.search(row.get("engine_args") or "")
    return int(found.group(1)) if found else default
