"""Seconds of one of each thing that a step counts, for columns of designs: the reciprocals of their achieved rates."""

from __future__ import annotations

import numpy as np

from planner.formulas.types import Array
from planner.physics.coefficient_parts import Operators
from planner.physics.counts import DECODE_TERMS, kind_of
from planner.physics.cuts import Cuts, spread
from planner.physics.design import Ints
from planner.physics.rates import Rates

# What the counts of a term are under: the roof that they take the time of.
ROOF_OF = {
    "narrow flop": 0, "wide flop": 0, "flop": 0, "bytes": 1, "elements": 1, "kernels": 2, "sequences": 1, "steps": 2,
}  # fmt: skip


def units(
    cuts: Cuts, cut: Ints, rates: Rates, operators: Operators, kernels: Array, kv_bits: Array
) -> dict[str, Array]:
    """Seconds by name of a count, D x 1 each.

    cut: of each design; kernels: those that narrow the inputs of a product; kv_bits: bits of an element of the cache.
    """
    r, o = rates, operators
    byte, flop, launch = 1.0 / r.bytes_per_s, 1.0 / r.wide_flop_per_s, r.launch_s
    found = {
        "quantize bytes": kernels * byte,
        "quantize kernels": kernels * launch,
        "attention prefill flop": flop / o.attention_prefill_compute,
        "state prefill flop": flop,
        "elementwise bytes": byte,
        "elementwise kernels": launch,
        "prefill start kernels": launch,
        "host sequences": r.sequence_s,
        "host steps": r.step_s,
    }
    for term, rate, compute, bandwidth in (
        ("linear", r.quantized_flop_per_s, 1.0, 1.0), ("head", r.quantized_flop_per_s, 1.0, 1.0),
        ("experts", r.grouped_flop_per_s, o.expert_compute, o.expert_bandwidth),
    ):  # fmt: skip
        narrow = np.where(spread(_has_narrow(cuts, term), cut), 1.0 / (rate * compute), 0.0)
        found |= {f"{term} narrow flop": narrow, f"{term} wide flop": flop / compute}
        found |= {f"{term} bytes": byte / bandwidth, f"{term} kernels": launch}
    for term in dict.fromkeys(DECODE_TERMS.values()):
        states = term == "state update"
        moved = byte / (o.state_bandwidth if states else o.attention_decode_bandwidth)
        found |= {f"{term} flop": flop if states else flop / o.attention_decode_compute, f"{term} bytes": moved}
        found |= {f"{term} elements": moved * kv_bits / 8.0, f"{term} kernels": launch}
    return found


def _has_narrow(cuts: Cuts, term: str) -> Array:
    """Whether any product of a term runs at the narrow rate, C x 1: a GPU without such a type has no rate for it."""
    found: Array = np.zeros((len(cuts.designs), 1), dtype=bool)
    for shapes in cuts.matrices:
        found = found | (shapes.narrow if kind_of(shapes.matrix) == term else False)
    return found
