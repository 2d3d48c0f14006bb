from __future__ import annotations

import pytest

from planner.answers import Plan
from planner.plan.explore import Explored
from planner.plan.rehearsal import Rehearsal
from planner.planner import Planner
from planner.simulation.progress import Glance
from tui.widgets.run_result import over_time, words


def test_a_run_is_drawn_over_its_time_and_told_at_its_end(planner: Planner, explored: Explored) -> None:
    seen: list[Glance] = []
    assert isinstance(explored.answer, Plan)
    outcome = planner.simulate(
        explored.request, explored.answer.cluster, Rehearsal(seconds=60.0, seed=1), watch=seen.append
    )
    ttft, tpot, waiting = over_time(seen).series
    assert list(ttft.x) == [g.at_s for g in seen]
    assert tpot.y[-1] == pytest.approx(1e3 * seen[-1].tpot_p95_s)
    assert list(waiting.y) == [float(g.waiting) for g in seen]
    assert waiting.right
    said = words(outcome).plain
    assert f"{outcome.served:,} served" in said
    assert "tpot_p95_s 0.05 s holds" in said
