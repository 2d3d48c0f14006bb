"""Designs and candidates by what a user tells them apart: GPU, class of weight format, weight format, KV format."""

from __future__ import annotations

import numpy as np

from planner.formulas.types import Array
from planner.physics.design import Designs
from planner.search.candidates import Candidates


def pairs(d: Designs) -> Array:
    """A number for the GPU and the class of the weight format (its whole bits) of every design.

    Variants of one class (FP8 with one scale a tensor, a channel or a block) differ less than runners-up should.
    """
    bits = np.unique([round(fmt.bits) for fmt in d.formats], return_inverse=True)[1]
    return d.gpu * len(d.formats) + bits[d.fmt]


def pair_of(found: Candidates) -> Array:
    """The same for every candidate."""
    return pairs(found.prepared.designs)[found.design[found.row]]


def kinds(d: Designs) -> Array:
    """A number for the (GPU, weight format, KV format) of every design."""
    return (d.gpu * len(d.formats) + d.fmt) * len(d.kv_formats) + d.kv


def kind_of(found: Candidates) -> Array:
    """The same for every candidate."""
    return kinds(found.prepared.designs)[found.design[found.row]]
