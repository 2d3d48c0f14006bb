from __future__ import annotations

import pytest

from planner.answers import Plan
from planner.plan.explore import Explored
from planner.plan.rehearsal import Rehearsal
from planner.planner import Planner
from planner.simulation.progress import Glance
from planner.simulation.spread import SHARES
from tui.widgets.run_result import course, over_time, spread_of, verdict, words


def test_a_run_is_drawn_over_its_time_and_told_at_its_end(planner: Planner, explored: Explored) -> None:
    seen: list[Glance] = []
    assert isinstance(explored.answer, Plan)
    outcome = planner.simulate(
        explored.request, explored.answer.cluster, Rehearsal(seconds=60.0, seed=1), watch=seen.append
    )
    ttft, tpot, waiting = over_time(seen).series
    assert list(ttft.x) == [g.at_s for g in seen]
    assert tpot.y[-1] == pytest.approx(seen[-1].tpot_p95_s)
    assert list(waiting.y) == [float(g.waiting) for g in seen]
    assert waiting.right
    said = words(outcome).plain
    assert f"{outcome.served:,} served" in said
    assert "tpot_p95_s 0.05 s holds" in said
    assert verdict(outcome).startswith(f"{outcome.served:,} of {outcome.requests:,} requests served; tpot_p95_s")
    spread = seen[-1].spread
    assert spread is not None
    assert all(g.spread is None for g in seen[:-1])
    for metric in ("ttft", "tpot", "e2e"):
        figures, drawn = getattr(outcome, f"{metric}_s"), spread_of(spread, metric, SHARES, outcome.sla)
        at = dict(zip(drawn.series[0].y, drawn.series[0].x, strict=True))
        assert [at[50.0], at[95.0]] == pytest.approx([figures.p50, figures.p95])
        assert [(limit.at, limit.breach) for limit in drawn.down] == ([(0.05, "above")] if metric == "tpot" else [])
    waits, runs = course(spread).series
    assert list(runs.y) == [float(n) for n in spread.running]
    assert max(runs.y) > 0 == waits.y[-1]
