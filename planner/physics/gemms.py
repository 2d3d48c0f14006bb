"""What the products of a step with weights ask of one rank: FLOP, bytes and kernels, for columns of cuts of a model."""

from __future__ import annotations

import math

import numpy as np

from models_db.matrices import Matrix
from planner.formulas.roofline import experts_touched, gemm_flop
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.coefficient_parts import Operators
from planner.physics.design import Designs
from planner.physics.shapes import Shapes


@dataclass(frozen=True, slots=True)
class GemmRows:
    """What passes through the matrices of a rank, C x B: tokens; those of all ranks that experts are spread over; and
    tokens that the head is multiplied with."""

    tokens: Array
    world: Array
    sampled: Array


def product(
    cuts: Designs, shapes: Shapes, vector_rows: Array, operators: Operators, through: GemmRows
) -> dict[str, Array]:  # fmt: skip
    """FLOP at the rate of narrow types and at that of wide ones, bytes and kernels of all copies of a matrix, C x B."""
    matrix, rows, cols = shapes.matrix, shapes.rows, shapes.cols
    m: Array = through.sampled if matrix.shard == "vocab" else through.tokens
    held: Array = 1.0
    kernels: Array = np.ones((1, 1))
    tile = operators.tile_rows
    if matrix.role == "expert":
        ep, topk = cuts.ep[:, None].astype(float), float(matrix.topk)
        evenness = operators.routing_evenness
        held = experts_touched(through.world, experts=float(matrix.experts), topk=topk, evenness=evenness) / ep
        m = through.world * topk / ep * np.where(ep > 1, operators.expert_skew, 1.0)
        kernels = _grouped_kernels(matrix, operators) + np.where(ep > 1, cuts.of_engine("ep_kernels")[:, None], 0.0)
        tile = operators.expert_tile_rows
    # A tile is computed whole: half of one is lost on average. Matrix-vector kernels have none.
    flop = matrix.copies * gemm_flop(m + tile * held * (m > vector_rows * held), rows, cols)
    nbytes = matrix.copies * (held * rows * cols * shapes.bits / 8.0 + m * (rows + cols) * 2.0)
    narrow, wide = flop * shapes.narrow, flop * ~shapes.narrow
    return {"narrow flop": narrow, "wide flop": wide, "bytes": nbytes, "kernels": matrix.copies * kernels}


def _grouped_kernels(matrix: Matrix, operators: Operators) -> float:
    """Kernels that a grouped GEMM costs at least: itself, and finding, sorting and summing the picks of experts."""
    picks = matrix.topk * math.sqrt(matrix.experts)
    return operators.grouped_kernels + picks / operators.picks_a_kernel
