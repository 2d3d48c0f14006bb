from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.plan.explore import Explored
from planner.plan.rehearsal import Rehearsal, rehearse
from planner.simulation.progress import Glance
from tui.views.simulate import over_time, words


def test_a_run_is_drawn_over_its_time_and_told_at_its_end(catalogs: Catalogs, explored: Explored) -> None:
    seen: list[Glance] = []
    cluster = explored.answer.cluster  # type: ignore[union-attr]
    outcome = rehearse(explored.request, cluster, Rehearsal(seconds=60.0, seed=1), catalogs, seen.append)
    ttft, tpot, waiting = over_time(seen).series
    assert list(ttft.x) == [g.at_s for g in seen]
    assert tpot.y[-1] == pytest.approx(1e3 * seen[-1].tpot_p95_s)
    assert min(waiting.y) >= 1.0
    said = words(outcome).plain
    assert f"{outcome.served:,} served" in said
    assert "tpot_p95_s 0.05 s holds" in said
