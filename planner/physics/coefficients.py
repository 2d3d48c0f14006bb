"""The calibrated coefficients: one reader, columns out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from hardware_db.schema import Accelerator
from planner.formulas.types import Array
from planner.physics.engines import Engine

DATA = Path(__file__).parent / "coefficients.toml"
MEMORY = Path(__file__).parent / "memory.toml"


@cache
def raw() -> dict[str, Any]:
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


def gemm_compute(generation: str, compute: str) -> float:
    """Share of the dense peak that a large GEMM of type `compute` reaches on `generation`."""
    table = raw()["gemm_compute"]
    return float(table.get(generation, {}).get(compute, table["general"].get(compute, table["general"]["bf16"])))


def warp_share(generation: str) -> float:
    """Share of the matrix rate that instructions of one warp reach; all of it but where wider ones were added."""
    return float(raw()["warp_share"].get(generation, 1.0))


def bandwidth(generation: str) -> float:
    table = raw()["bandwidth"]
    return float(table.get(generation, table["general"]))


def launch_s(generation: str) -> float:
    table = raw()["launch_us"]
    return float(table.get(generation, table["general"])) * 1e-6


def operator(name: str) -> float:
    return float(raw()["operators"][name])


def eager_kernels(part: str) -> float:
    """Kernels a layer launches outside CUDA graphs: a dense layer's, and what its parts add."""
    return float(raw()["eager_kernels"][part])


def widened_bits(fmt: str) -> float:
    """Bits an element that are written and read back because no kernel multiplies the stored format directly."""
    return float(raw()["widened_bits"].get(fmt, 0.0))


def quantize_kernels(kind: str) -> float:
    """Kernels that narrow the activations of one GEMM, by how its scales are found; the rest is fused."""
    return float(raw()["quantize_kernels"].get(kind, 0.0))


_memory: ContextVar[Mapping[str, float] | None] = ContextVar("memory", default=None)


@contextmanager
def memory_fit(values: Mapping[str, float]) -> Iterator[None]:
    """Memory figures under another fit: how cross-validation judges logs that the fit has not seen."""
    token = _memory.set(values)
    try:
        yield
    finally:
        _memory.reset(token)


@cache
def fitted_memory() -> dict[str, float]:
    """Coefficients fitted on start-up logs; empty before the first fit."""
    return tomllib.loads(MEMORY.read_text(encoding="utf-8")) if MEMORY.exists() else {}


def memory(name: str, default: float | None = None) -> float:
    """A memory coefficient: fitted where start-up logs tell, else `default` or its value without logs."""
    found = _memory.get()
    fitted = fitted_memory() if found is None else found
    return float(fitted[name] if name in fitted else raw()["memory"][name] if default is None else default)


def non_torch_gib(era: str) -> float:
    """GiB outside PyTorch's allocator on one rank alone."""
    return memory(f"non_torch_gib {era}", raw()["memory"]["non_torch_gib"][era])


def load_overhead_gib(*, unified: bool) -> float:
    """Free memory lost at load beyond the weights; host buffers count, too, where CPU and GPU share the memory."""
    alone = memory("load_overhead_gib")
    return memory("load_overhead_unified_gib", alone) if unified else alone


def host_s(engine: Engine) -> tuple[float, float]:
    """Seconds a step and seconds a running sequence that the engine adds."""
    entry = raw()["host"][engine.id]
    return entry["step"] * 1e-6, entry["sequence"] * 1e-6


@dataclass(frozen=True, slots=True)
class Link:
    """All-reduce coefficients of one link: arrays over 2, 4 and 8 devices."""

    latency_s: Array
    bus_bytes_per_s: Array
    root_s: Array


def link_class(gpu: Accelerator) -> str:
    """The collective table that applies to a GPU's scale-up link."""
    name = (gpu.scale_up_link or "").lower().replace(" ", "")
    for known in ("nvlink5", "nvlink4", "nvlink3", "nvlink2", "xgmi", "pcie5", "pcie4", "pcie3"):
        if name.startswith(known) or (
            known.startswith(("nvlink", "xgmi")) and known in name and "optional" not in name
        ):
            return known
    return "other"


@cache
def link(name: str, stack: str) -> Link:
    tables = raw()["links"][name]
    rows = np.array(tables.get(stack, tables["general"]), dtype=float)
    return Link(rows[:, 0] * 1e-6, rows[:, 1] * 1e9, rows[:, 2] * 1e-6)


def link_at(name: str, stack: str, ranks: int) -> tuple[float, float, float]:
    """Coefficients at `ranks` devices; beyond 8 the latency grows with the logarithm of the ranks."""
    table = link(name, stack)
    index = min(2, max(0, int(np.ceil(np.log2(max(2, ranks)))) - 1))
    grow = max(1.0, np.log2(max(2, ranks)) / 3.0)
    return (
        float(table.latency_s[index]) * grow,
        float(table.bus_bytes_per_s[index]),
        float(table.root_s[index]),
    )
