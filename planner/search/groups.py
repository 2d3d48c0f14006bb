"""Designs and candidates by what a user tells them apart: GPU, weight format, KV format."""

from __future__ import annotations

from planner.formulas.types import Array
from planner.physics.design import Designs
from planner.search.candidates import Candidates


def pairs(d: Designs) -> Array:
    """A number for the (GPU, weight format) of every design."""
    return d.gpu * len(d.formats) + d.fmt


def pair_of(found: Candidates) -> Array:
    """The same for every candidate."""
    return pairs(found.prepared.designs)[found.design[found.row]]


def kind_of(found: Candidates) -> Array:
    """A number for the (GPU, weight format, KV format) of every candidate."""
    d = found.prepared.designs
    return (pairs(d) * len(d.kv_formats) + d.kv)[found.design[found.row]]
