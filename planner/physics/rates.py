"""The derated roofs of each design, as columns: what speed.py divides work by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field, fields
from functools import partial
from operator import attrgetter

import numpy as np

from hardware_db.schema import Accelerator
from planner.formulas.columns import COLUMN, Columns
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.engines import Engine
from planner.physics.kernels import rate_flop_per_s, support, wide_type
from planner.physics.links import Wires, wires

WIRES = tuple(f.name for f in fields(Wires))
wires_row = attrgetter(*WIRES)


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
    reduce_flagged_bytes: Array = field(metadata=COLUMN)
    network_latency_s: Array = field(metadata=COLUMN)
    network_bytes_per_s: Array = field(metadata=COLUMN)
    exchange_latency_s: Array = field(metadata=COLUMN)
    exchange_bytes_per_s: Array = field(metadata=COLUMN)
    hop_bytes_per_s: Array = field(metadata=COLUMN)
    hop_network_s: Array = field(metadata=COLUMN)


# Those of one GPU alone.
OWN = len(Rates.__slots__) - len(WIRES)


def rates(designs: Designs, coefficients: Coefficients) -> Rates:
    """Look every coefficient up once per distinct (gpu, format, engine) or (gpu, engine, ranks)."""
    gpus, engines = designs.gpus, designs.engines

    def links(g: int, e: int, tp: int, dp: int) -> tuple[float, ...]:
        found = wires(gpus[g].joined, coefficients.links, engines[e], gpus[g].generation, tp, dp)
        row: tuple[float, ...] = wires_row(found)
        return row

    own = _spread(designs, OWN, ("gpu", "fmt", "engine"), partial(_own, designs, coefficients))
    return Rates(*own, *_spread(designs, len(WIRES), ("gpu", "engine", "tp", "dp"), links))


def _spread(designs: Designs, width: int, names: Sequence[str], row: Callable[..., tuple[float, ...]]) -> list[Array]:
    """The `width` columns of `row`, asked once for each distinct combination of the named ones, as D x 1."""
    keys, inverse = designs.groups(*names)
    table = np.array([row(*key) for key in keys], dtype=float).reshape(-1, width)[inverse]
    return [table[:, [i]] for i in range(width)]


def _own(designs: Designs, coefficients: Coefficients, g: int, f: int, e: int) -> tuple[float, ...]:
    """What one GPU does alone."""
    gpu, fmt, engine = designs.gpus[g], designs.formats[f], designs.engines[e]
    answer = support(fmt, gpu, engine.id)
    wide = "fp32" if answer.compute == "fp32" else wide_type(gpu)
    share = partial(coefficients.compute_share, generation=gpu.generation)
    wide_rate = wide_flop_per_s(gpu, engine, wide) * share(compute=wide)
    native = answer.compute in ("fp8", "fp4", "int8", "int4")
    peak = rate_flop_per_s(gpu, answer.compute) if native else wide_flop_per_s(gpu, engine, answer.compute)
    rate = (peak or np.nan) * share(compute=answer.compute)
    if answer.level == "none":
        rate = wide_rate  # a measured point ran somehow: weights widened
    if answer.level != "native" and fmt.bits != 16:
        rate *= coefficients.operators.dequant_compute
    warp = coefficients.warp_compute_share(generation=gpu.generation) if fmt.bits != 16 else 1.0
    grouped = rate * (warp if answer.warp != "none" else 1.0)
    rate *= warp if answer.warp == "all" else 1.0
    host = coefficients.host[engine.id]
    return (
        rate,
        grouped,
        wide_rate,
        gpu.bandwidth_bytes_per_s * coefficients.bandwidth_share(generation=gpu.generation),
        coefficients.launch_s(generation=gpu.generation),
        host.step_s,
        host.sequence_s,
    )


def wide_flop_per_s(gpu: Accelerator, engine: Engine, compute: str) -> float:
    """Peak of 16-bit work. Sums kept in 16 bit run at half the 8-bit rate, twice the stated one of GeForce cards."""
    stated = rate_flop_per_s(gpu, compute) or np.nan
    if not engine.narrow_sums or compute == "fp32":
        return stated
    return max(stated, 0.5 * (rate_flop_per_s(gpu, "int8") or 0.0))
