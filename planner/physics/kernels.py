"""Which format runs on which GPU under which engine, with which kernel and at which compute type."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

from hardware_db.schema import Accelerator, Peaks
from models_db.formats import Format, KvFormat, find_kv_format
from planner.frozen import dataclass
from planner.physics.engines import Engine
from planner.shipped import shipped_toml

DATA = Path(__file__).with_name("kernels.toml")
# Answers that are kept: formats by GPUs by engines of some scopes, each asked for a dozen times.
KEPT = 16384
HALF = ("bf16", "fp16")  # compute types of 16 bit, as `Peaks` names them, the preferred one first


@dataclass(frozen=True, slots=True)
class Support:
    """The answer for one (format, GPU, engine); `compute` names the peak rate that applies, `warp` the products that
    run in matrix instructions of one warp."""

    level: Literal["native", "dequant", "none"]
    compute: str = ""
    kernel: str = ""
    why: str = ""
    pad: tuple[int, int] = (1, 1)
    warp: Literal["none", "experts", "all"] = "none"


@cache
def _rules() -> dict[str, Any]:
    return shipped_toml(DATA)


def _applies(rule: dict[str, Any], engine: str, generation: str) -> bool:
    wanted = rule["generations"]
    members = _rules()["generations"].get(wanted, [wanted]) if isinstance(wanted, str) else wanted
    return engine in rule["engines"] and (wanted == "any" or generation in members)


@cache
def _rule(engine: str, generation: str, name: str) -> dict[str, Any] | None:
    for rule in _rules()["kernel"]:
        if name in rule["formats"] and _applies(rule, engine, generation):
            found: dict[str, Any] = rule
            return found
    return None


@lru_cache(maxsize=KEPT)
def support(fmt: Format, gpu: Accelerator, engine: str) -> Support:
    """Kernel support of `fmt` on `gpu` under `engine`; "none" says why."""
    rule = _rule(engine, gpu.generation, fmt.family)
    if rule is None:
        return Support("none", why=f"{engine} has no {fmt.name} kernel for {gpu.arch}")
    compute = rule.get("compute", "wide")
    if compute == "by_format":
        compute = fmt.activation
    if compute == "wide":
        compute = fmt.compute or wide_type(gpu)
    if rate_flop_per_s(gpu, compute) is None:
        return Support("none", why=f"no {compute.upper()} rate is stated for {gpu.name}")
    hidden, width = rule.get("pad", (1, 1))
    warp = rule.get("warp", "none")
    return Support(rule["support"], compute, rule["kernel"], pad=(hidden, width), warp=warp)


def kv_supported(fmt: KvFormat, gpu: Accelerator, engine: str) -> bool:
    """Whether the engine keeps such a cache on `gpu`; of K and V apart, both."""
    if "/" in fmt.id:
        return all(kv_supported(find_kv_format(part), gpu, engine) for part in fmt.id.split("/"))
    peaks = gpu.peak_dense_tflops
    if fmt.replaced_by and getattr(peaks, fmt.id) is None and getattr(peaks, fmt.replaced_by) is not None:
        return False
    return any(fmt.id in rule["formats"] and _applies(rule, engine, gpu.generation) for rule in _rules()["kv"])


def default_kv(gpu: Accelerator, engine: Engine) -> KvFormat:
    """The cache format where none is named: the engine's own, else FP16 on a GPU that computes in it, else BF16."""
    return find_kv_format(engine.kv_format or half_type(gpu))


def has_twin(fmt: Format | KvFormat, gpu: Accelerator) -> bool:
    """Whether `gpu` has the type of the format that stands for `fmt`."""
    return fmt.twin_of is not None and getattr(gpu.peak_dense_tflops, fmt.twin_of) is not None


def conversion(fmt: Format, gpu: Accelerator) -> str | None:
    """What happens to a checkpoint of `fmt` at load on `gpu`, where its numbers are coded otherwise there."""
    rules = _rules()["conversion"]
    return next((r["why"] for r in rules if fmt.id in r["formats"] and gpu.generation in r["generations"]), None)


def wide_type(gpu: Accelerator) -> str:
    """The type in which 16-bit work runs on `gpu`: BF16 where it exists, else FP16, else FP32."""
    return next((name for name in (*HALF, "fp32") if rate_flop_per_s(gpu, name) is not None), HALF[0])


def half_type(gpu: Accelerator) -> str:
    """The 16-bit type in which engines keep what has no format of its own on `gpu`: FP16 where BF16 has no rate."""
    wide = wide_type(gpu)
    return wide if wide in HALF else HALF[0]


def rate_flop_per_s(gpu: Accelerator, compute: str) -> float | None:
    """Peak rate for a compute type: the datasheet's, else a measured one; never derived from another type."""
    peaks: Peaks = gpu.peak_dense_tflops
    stated: float | None = getattr(peaks, compute, None)
    if stated is None and gpu.measured is not None:
        stated = getattr(gpu.measured, f"{compute}_tflops", None)
    return stated * 1e12 if stated else None
