from __future__ import annotations

import numpy as np
import pytest

from planner.physics.step import Load, StepModel
from planner.plan.candidate import details
from planner.plan.explore import Explored
from planner.plan.roofline import WHOLE, roofline
from planner.plan.shortlist import shortlist


def test_operators_lie_under_the_datasheet_and_a_step_is_made_of_them(explored: Explored) -> None:
    for entry in shortlist(explored)[::5]:
        found = details(explored, entry.index)
        line, steps = found.roofline, {"decode": found.decode, "prefill": found.prefill}
        assert len({roof.name for roof in line.roofs}) == len(line.roofs) > 0
        for point in line.points:
            assert 0 < point.flop_per_s < max(roof.flop_per_s for roof in line.roofs)
            assert point.nbytes / point.seconds < line.bytes_per_s
        for phase, step in steps.items():
            whole, *parts = [p for p in line.points if p.phase == phase]
            assert whole.name == WHOLE
            assert 1e3 * whole.seconds == pytest.approx(step.total_ms)
            assert whole.flop == pytest.approx(sum(p.flop for p in parts))
            assert {p.name for p in parts} <= {term.name for term in step.terms}


def test_flop_and_bytes_are_those_of_the_matrices(explored: Explored) -> None:
    """Twice the weights a token, and each weight read once: whatever rates and factors the seconds have."""
    assert explored.found is not None
    designs = explored.found.prepared.designs
    rows = [i for i in range(len(designs)) if designs.formats[designs.fmt[i]].id == "bf16" and designs.pp[i] == 1]
    one = designs.take(np.array(rows[:1]))
    model = StepModel.of(one, explored.coefficients)
    load, tokens = Load(0.0, 1.0, 16384.0, 16384.0), 16384.0
    line = roofline(model, load, {"prefill": model.step(load)})
    linear = next(p for p in line.points if p.name == "linear")
    weights = sum(
        s.matrix.copies * float(np.max(s.rows) * np.max(s.cols))
        for s in model.cuts.matrices
        if s.matrix.shard != "vocab"
    )
    assert linear.flop == pytest.approx(2.0 * weights * tokens, rel=0.01)
    assert linear.nbytes > 2.0 * weights
