"""Designs that share what a step computes and moves: the same cut of the model under one engine, whatever the GPU."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.formulas.distinct import distinct
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs, Ints
from planner.physics.footprint import batched_tokens
from planner.physics.layers import unwindowed
from planner.physics.shapes import Shapes, shapes_of


def by_cut(designs: Designs) -> tuple[Ints, Ints]:
    """One design of each weight format, engine, split and token budget of a step, and for each design which it is."""
    _, budget = np.unique(batched_tokens(designs), return_inverse=True)
    return _firsts(replace(designs, gpu=budget).groups("gpu", "fmt", "engine", "tp", "pp", "ep", "dp")[1])


def by_link(designs: Designs) -> tuple[Ints, Ints]:
    """The same for one GPU, engine and split, whose ranks talk alike."""
    return _firsts(designs.groups("gpu", "engine", "tp", "pp", "ep", "dp")[1])


def _firsts(row: Ints) -> tuple[Ints, Ints]:
    return distinct(row)[0], row


def spread(values: Array, row: Ints) -> Array:
    """Figures of groups (C x B) as those of the designs (D x B), whose columns lie together: there are many rows and
    few columns. One row stands for all."""
    values = np.asarray(values)
    if values.ndim < 2 or len(values) == 1:
        return values
    wide: Array = values.T.take(row, axis=1).T
    return wide


@dataclass(frozen=True, slots=True)
class Cuts:
    """C designs that stand for all of their cuts: the matrices of a rank, and what their engines do, C x 1."""

    designs: Designs
    matrices: tuple[Shapes, ...]
    vector_rows: Array
    unwindowed: Array
    absorbed: Array

    @classmethod
    def of(cls, designs: Designs, coefficients: Coefficients) -> Cuts:
        return cls(
            designs,
            tuple(shapes_of(designs, coefficients)),
            designs.of_engine("vector_rows")[:, None],
            unwindowed(designs.model, designs.engines, designs.engine)[:, None],
            designs.of_engine("absorbed_prompts")[:, None],
        )
