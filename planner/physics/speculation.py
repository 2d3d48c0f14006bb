"""What speculative decoding adds: the drafter's own time in a step, its weights and cache, and what a step yields.

A step verifies every sequence's drafts and its own token at once; before it the drafter runs, pass after pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any, Protocol

import numpy as np

from planner.formulas.columns import COLUMN, Columns
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.coefficient_parts import SpeculationCosts
from planner.physics.design import Designs
from planner.physics.drafting import Drafting, accepted_tokens, drafter_model
from planner.physics.work import Work, zero

# Of the whole engine: a pass of the drafter has a cost of its own.
NOT_OF_A_PASS = ("host", "drafter")


class DrafterSteps(Protocol):
    """A step model of the drafter."""

    def work(self, load: Any) -> Mapping[str, Work]: ...


@dataclass(frozen=True)
class Drafter(Columns):
    """One drafter for those designs of a step model whose engine has it, D x 1; `steps` is None for the host alone."""

    drafting: Drafting
    pass_s: Array = field(metadata=COLUMN)
    on: Array = field(metadata=COLUMN)
    steps: Any = field(metadata=COLUMN)

    def work(self, load: Any) -> Work:
        """All passes of a step. The prompts go through the drafter once, too."""
        d = self.drafting
        host = Work(np.zeros(1), np.zeros(1), self.on * self.pass_s * max(d.passes, 1))
        if self.steps is None:
            return host
        first = _sum(self.steps.work(replace(load, verified=float(d.rows))))
        more = _sum(self.steps.work(replace(load, prefill=0.0, verified=float(d.rows)))) if d.passes > 1 else zero()
        whole = _scaled(more, d.passes - 1.0) + first
        return _scaled(whole, self.on) + host


def _sum(terms: Mapping[str, Work]) -> Work:
    total = zero()
    for name, work in terms.items():
        if name not in NOT_OF_A_PASS:
            total = total + work
    return total


def _scaled(work: Work, factor: Array) -> Work:
    return Work(work.compute_s * factor, work.memory_s * factor, work.fixed_s * factor)


def drafters(
    designs: Designs, costs: SpeculationCosts, steps_of: Callable[[Designs], DrafterSteps]
) -> Iterator[Drafter]:
    """Each distinct drafter of the designs; `steps_of` makes the step model of one."""
    for found, on in _distinct(designs):
        own = _drafter_designs(designs, found)
        pass_s = costs.pass_s + costs.planned_s * replanned(designs)
        yield Drafter(found, pass_s, on[:, None].astype(float), None if own is None else steps_of(own))


def replanned(designs: Designs) -> Array:
    """Where the host plans the attention of each pass anew, D x 1."""
    narrow = np.array([kv.bits <= 8.5 for kv in designs.kv_formats])[designs.kv]
    on = np.array([[gpu.generation in engine.replans_on for gpu in designs.gpus] for engine in designs.engines])
    return (narrow & on[designs.engine, designs.gpu]).astype(float)[:, None]


def _distinct(designs: Designs) -> Iterator[tuple[Drafting, Array]]:
    """Distinct draftings and the designs that have them, D."""
    held = [engine.drafting for engine in designs.engines]
    for found in dict.fromkeys(d for d in held if d is not None):
        on = np.array([d == found for d in held])[designs.engine]
        if np.any(on):
            yield found, on


def _drafter_designs(designs: Designs, d: Drafting, *, held: bool = False) -> Designs | None:
    """The drafter on the same GPUs, split the same way but for pipeline stages: it runs on the last of them."""
    model = drafter_model(d, designs.model, held=held)
    if model is None:
        return None
    plain = tuple(replace(engine, drafting=None) for engine in designs.engines)
    formats = tuple(d.format(fmt) for fmt in designs.formats)
    return replace(designs, model=model, engines=plain, formats=formats, pp=np.ones_like(designs.pp))


def drafted(designs: Designs, costs: SpeculationCosts) -> tuple[Array, Array]:
    """(tokens that a step computes for a sequence, tokens that it yields), D x 1; ones where nothing is drafted."""
    held = [engine.drafting for engine in designs.engines]
    rows = np.array([1.0 + (d.drafts if d else 0.0) for d in held])[designs.engine]
    kept = np.array([accepted_tokens(d, costs.acceptance) if d else 1.0 for d in held])[designs.engine]
    return rows[:, None], kept[:, None]


def drafter_bytes(designs: Designs, bytes_of: Callable[[Designs], Array]) -> Array:
    """Bytes of the drafters on one GPU of each design, D; `bytes_of` sums those of designs: weights, or a cache.

    A model's own layers for drafting are not counted here: its record states them.
    """
    total = np.zeros(len(designs))
    for found, on in _distinct(designs):
        own = None if found.method == "mtp" else _drafter_designs(designs, found, held=True)
        total = total + (on * bytes_of(own) if own is not None else 0.0)
    return total
