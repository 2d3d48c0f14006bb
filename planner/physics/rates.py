"""The derated roofs of each design, as columns: what speed.py divides work by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hardware_db.schema import Accelerator
from planner.formulas.types import Array
from planner.physics import coefficients
from planner.physics.design import Designs
from planner.physics.engines import Engine
from planner.physics.kernels import rate_flop_per_s, support, wide_type


@dataclass(frozen=True, slots=True)
class Rates:
    """Columns of shape D x 1: achieved FLOP/s, byte/s and fixed seconds."""

    quantized_flop_per_s: Array
    wide_flop_per_s: Array
    bytes_per_s: Array
    launch_s: Array
    step_s: Array
    sequence_s: Array
    reduce_latency_s: Array
    reduce_bytes_per_s: Array
    reduce_root_s: Array
    link_bytes_per_s: Array


def rates(designs: Designs) -> Rates:
    """Look every coefficient up once per distinct (gpu, format, engine, ranks) and spread it over the designs."""
    keys, inverse = designs.groups("gpu", "fmt", "engine", "tp", "dp")
    rows = np.array([_row(designs, g, f, e, tp * dp) for g, f, e, tp, dp in keys], dtype=float)
    table = rows.reshape(-1, len(Rates.__slots__))[inverse]
    return Rates(*(table[:, [i]] for i in range(table.shape[1])))


def _row(designs: Designs, g: int, f: int, e: int, ranks: int) -> tuple[float, ...]:
    gpu, fmt, engine = designs.gpus[g], designs.formats[f], designs.engines[e]
    answer = support(fmt, gpu, engine.id)
    wide = "fp32" if answer.compute == "fp32" else wide_type(gpu)
    wide_rate = _wide_flop_per_s(gpu, engine, wide) * coefficients.gemm_compute(gpu.generation, wide)
    native = answer.compute in ("fp8", "fp4", "int8", "int4")
    peak = rate_flop_per_s(gpu, answer.compute) if native else _wide_flop_per_s(gpu, engine, answer.compute)
    rate = (peak or np.nan) * coefficients.gemm_compute(gpu.generation, answer.compute)
    if answer.level == "none":
        rate = wide_rate  # a measured point ran somehow: weights widened
    if answer.level != "native" and fmt.bits != 16:
        rate *= coefficients.operator("dequant_compute")
    if engine.warp_products and fmt.bits != 16:
        rate *= coefficients.warp_share(gpu.generation)
    name = coefficients.link_class(gpu)
    latency, bus, root = coefficients.link_at(name, engine.stack, ranks)
    step, sequence = coefficients.host_s(engine)
    return (
        rate,
        wide_rate,
        gpu.bandwidth_bytes_per_s * coefficients.bandwidth(gpu.generation),
        coefficients.launch_s(gpu.generation),
        step,
        sequence,
        latency,
        bus,
        root,
        max(gpu.link_bytes_per_s, 8e9) * 0.75,
    )


def _wide_flop_per_s(gpu: Accelerator, engine: Engine, compute: str) -> float:
    """Peak of 16-bit work. Sums kept in 16 bit run at half the 8-bit rate, twice the stated one of GeForce cards."""
    stated = rate_flop_per_s(gpu, compute) or np.nan
    if not engine.narrow_sums or compute == "fp32":
        return stated
    return max(stated, 0.5 * (rate_flop_per_s(gpu, "int8") or 0.0))
