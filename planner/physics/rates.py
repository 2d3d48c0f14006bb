"""The derated roofs of each design, as columns: what speed.py divides work by."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field
from functools import partial

import numpy as np

from hardware_db.schema import Accelerator
from planner.formulas.columns import COLUMN, Columns
from planner.formulas.types import Array
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.engines import Engine
from planner.physics.kernels import rate_flop_per_s, support, wide_type
from planner.physics.links import wires


@dataclass(frozen=True, slots=True)
class Rates(Columns):
    """Columns of shape D x 1: achieved FLOP/s, byte/s and fixed seconds."""

    quantized_flop_per_s: Array = field(metadata=COLUMN)
    grouped_flop_per_s: Array = field(metadata=COLUMN)
    wide_flop_per_s: Array = field(metadata=COLUMN)
    bytes_per_s: Array = field(metadata=COLUMN)
    launch_s: Array = field(metadata=COLUMN)
    step_s: Array = field(metadata=COLUMN)
    sequence_s: Array = field(metadata=COLUMN)
    machine_ranks: Array = field(metadata=COLUMN)
    reduce_latency_s: Array = field(metadata=COLUMN)
    reduce_bytes_per_s: Array = field(metadata=COLUMN)
    reduce_root_s: Array = field(metadata=COLUMN)
    network_latency_s: Array = field(metadata=COLUMN)
    network_bytes_per_s: Array = field(metadata=COLUMN)
    exchange_latency_s: Array = field(metadata=COLUMN)
    exchange_bytes_per_s: Array = field(metadata=COLUMN)
    hop_bytes_per_s: Array = field(metadata=COLUMN)
    hop_network_s: Array = field(metadata=COLUMN)


def rates(designs: Designs, coefficients: Coefficients) -> Rates:
    """Look every coefficient up once per distinct (gpu, format, engine, ranks) and spread it over the designs."""
    keys, inverse = designs.groups("gpu", "fmt", "engine", "tp", "dp")
    rows = np.array([_row(designs, coefficients, g, f, e, tp, dp) for g, f, e, tp, dp in keys], dtype=float)
    table = rows.reshape(-1, len(Rates.__slots__))[inverse]
    return Rates(*(table[:, [i]] for i in range(table.shape[1])))


def _row(
    designs: Designs, coefficients: Coefficients, g: int, f: int, e: int, tp: int, dp: int
) -> tuple[float, ...]:  # fmt: skip
    gpu, fmt, engine = designs.gpus[g], designs.formats[f], designs.engines[e]
    answer = support(fmt, gpu, engine.id)
    wide = "fp32" if answer.compute == "fp32" else wide_type(gpu)
    share = partial(coefficients.compute_share, generation=gpu.generation)
    wide_rate = _wide_flop_per_s(gpu, engine, wide) * share(compute=wide)
    native = answer.compute in ("fp8", "fp4", "int8", "int4")
    peak = rate_flop_per_s(gpu, answer.compute) if native else _wide_flop_per_s(gpu, engine, answer.compute)
    rate = (peak or np.nan) * share(compute=answer.compute)
    if answer.level == "none":
        rate = wide_rate  # a measured point ran somehow: weights widened
    if answer.level != "native" and fmt.bits != 16:
        rate *= coefficients.operators.dequant_compute
    warp = coefficients.warp_compute_share(generation=gpu.generation) if fmt.bits != 16 else 1.0
    grouped = rate * (warp if answer.warp != "none" else 1.0)
    rate *= warp if answer.warp == "all" else 1.0
    links = wires(gpu.joined, coefficients.links, engine, gpu.generation, tp, dp)
    host = coefficients.host[engine.id]
    return (
        rate,
        grouped,
        wide_rate,
        gpu.bandwidth_bytes_per_s * coefficients.bandwidth_share(generation=gpu.generation),
        coefficients.launch_s(generation=gpu.generation),
        host.step_s,
        host.sequence_s,
        *astuple(links),
    )


def _wide_flop_per_s(gpu: Accelerator, engine: Engine, compute: str) -> float:
    """Peak of 16-bit work. Sums kept in 16 bit run at half the 8-bit rate, twice the stated one of GeForce cards."""
    stated = rate_flop_per_s(gpu, compute) or np.nan
    if not engine.narrow_sums or compute == "fp32":
        return stated
    return max(stated, 0.5 * (rate_flop_per_s(gpu, "int8") or 0.0))
