"""The matrices of a step as each design cuts, stores and multiplies them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

import numpy as np

from hardware_db.schema import Accelerator
from models_db.formats import Format, weight_bits
from models_db.matrices import Matrix, matrices
from models_db.schema import Model
from planner.formulas.columns import COLUMN, Columns
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.engines import Engine
from planner.physics.kernels import support
from planner.physics.split import Split
from planner.physics.weights import rank_shape


@dataclass(frozen=True, slots=True)
class Shapes(Columns):
    """A matrix as every design cuts and stores it, D x 1: rows and columns of a rank, bits an element that stream;
    whether the format covers it, and whether its GEMM runs at the narrow rate."""

    matrix: Matrix
    rows: Array = field(metadata=COLUMN)
    cols: Array = field(metadata=COLUMN)
    bits: Array = field(metadata=COLUMN)
    covered: Array = field(metadata=COLUMN)
    narrow: Array = field(metadata=COLUMN)


def shapes_of(d: Designs, coefficients: Coefficients) -> Iterator[Shapes]:
    """The matrices that a step multiplies with, as every design cuts and stores them."""
    cuts, inverse = d.groups("fmt", "tp", "ep", "dp")
    widened = coefficients.widened_bits
    for matrix in matrices(d.model):
        if matrix.role == "embedding" and not (d.model.tied_embeddings and d.model.task == "generate"):
            continue
        bits = [_streamed_bits(form, matrix, d.model, widened) for form in d.formats]
        rows = [(*rank_shape(matrix, Split(tp=tp, ep=ep, dp=dp))[:2], bits[f]) for f, tp, ep, dp in cuts]
        table = np.array(rows, dtype=float).reshape(-1, 3)[inverse]
        covered = np.array([f.covers(d.model, matrix) for f in d.formats])[d.fmt][:, None]
        narrow = covered | np.array([f.gguf is not None for f in d.formats])[d.fmt][:, None]
        yield Shapes(matrix, table[:, [0]], table[:, [1]], table[:, [2]], covered, narrow)


def quantize_kernels(d: Designs, coefficients: Coefficients) -> Array:
    """Kernels that narrow the input of a GEMM with quantized weights, D x 1."""
    keys, inverse = d.groups("fmt", "gpu", "engine")
    each = coefficients.quantize_kernels
    return np.array([_kernels(d.formats[f], d.gpus[g], d.engines[e], each) for f, g, e in keys])[inverse][:, None]


def _kernels(form: Format, gpu: Accelerator, engine: Engine, each: Mapping[str, float]) -> float:
    """Kernels that narrow the activations of one GEMM, by how its scales are found; the rest is fused."""
    answer = support(form, gpu, engine.id)
    kind = {"fp8": form.per, "fp4": "fp4", "int8": "token"}.get(answer.compute) if answer.level == "native" else None
    return each.get(kind, 0.0) if kind else 0.0


def _streamed_bits(fmt: Format, matrix: Matrix, model: Model, widened: Mapping[str, float]) -> float:
    """Bits an element that a GEMM moves: as stored, and what is widened in memory first."""
    more = widened.get(fmt.id, 0.0) if fmt.covers(model, matrix) else 0.0
    return weight_bits(fmt, matrix, model) + more
