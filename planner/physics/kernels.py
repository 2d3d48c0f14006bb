"""Which format runs on which GPU under which engine, with which kernel and at which compute type."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from hardware_db.schema import Accelerator, Peaks
from models_db.formats import Format, KvFormat

DATA = Path(__file__).with_name("kernels.toml")


@dataclass(frozen=True, slots=True)
class Support:
    """The answer for one (format, GPU, engine); `compute` names the peak rate that applies."""

    level: Literal["native", "dequant", "none"]
    compute: str = ""
    kernel: str = ""
    why: str = ""
    pad: tuple[int, int] = (1, 1)


@cache
def _rules() -> dict[str, Any]:
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


def _applies(rule: dict[str, Any], engine: str, generation: str) -> bool:
    wanted = rule["generations"]
    members = _rules()["generations"].get(wanted, [wanted]) if isinstance(wanted, str) else wanted
    return engine in rule["engines"] and (wanted == "any" or generation in members)


@cache
def _rule(engine: str, generation: str, name: str) -> tuple[str, str, str, tuple[int, int]] | None:
    for rule in _rules()["kernel"]:
        if name in rule["formats"] and _applies(rule, engine, generation):
            hidden, width = rule.get("pad", (1, 1))
            return rule["support"], rule.get("compute", "wide"), rule["kernel"], (hidden, width)
    return None


def support(fmt: Format, gpu: Accelerator, engine: str) -> Support:
    """Kernel support of `fmt` on `gpu` under `engine`; "none" says why."""
    rule = _rule(engine, gpu.generation, "gguf" if fmt.gguf else fmt.id)
    if rule is None:
        return Support("none", why=f"{engine} has no {fmt.name} kernel for {gpu.arch}")
    level, compute, kernel, pad = rule
    if compute == "by_format":
        compute = fmt.activation
    if compute == "wide":
        compute = wide_type(gpu, "fp32" if fmt.id == "fp32" else "bf16" if fmt.id == "bf16" else "16")
    if rate_flop_per_s(gpu, compute) is None:
        return Support("none", why=f"no {compute.upper()} rate is stated for {gpu.name}")
    return Support("native" if level == "native" else "dequant", compute, kernel, pad=pad)


def kv_supported(fmt: KvFormat, gpu: Accelerator, engine: str) -> bool:
    if fmt.id == "bf16" and gpu.peak_dense_tflops.bf16 is None and gpu.peak_dense_tflops.fp16 is not None:
        return False
    return any(fmt.id in rule["formats"] and _applies(rule, engine, gpu.generation) for rule in _rules()["kv"])


def wide_type(gpu: Accelerator, wanted: str = "16") -> str:
    """The type in which 16-bit work runs on `gpu`: BF16 where it exists, else FP16, else FP32."""
    if wanted in ("fp32", "bf16"):
        return wanted
    for name in ("bf16", "fp16", "fp32"):
        if rate_flop_per_s(gpu, name) is not None:
            return name
    return "bf16"


def rate_flop_per_s(gpu: Accelerator, compute: str) -> float | None:
    """Peak rate for a compute type: the datasheet's, else a measured one; never derived from another type."""
    peaks: Peaks = gpu.peak_dense_tflops
    stated: float | None = getattr(peaks, compute, None)
    if stated is None and gpu.measured is not None:
        stated = getattr(gpu.measured, f"{compute}_tflops", None)
    return stated * 1e12 if stated else None
