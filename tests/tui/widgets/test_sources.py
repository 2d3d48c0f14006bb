from __future__ import annotations

from planner.answers import Plan
from planner.plan.candidate import Details
from planner.plan.explore import Explored
from tui.widgets.sources import deploy, loses, sources


def test_figures_have_their_interval_and_the_price_its_day(explored: Explored, found: Details) -> None:
    plan, machine = explored.answer, found.cluster.machine
    assert isinstance(plan, Plan)
    said = sources(found, plan).plain
    p = found.cluster.latency.ttft_s
    assert f"90 % interval {p.p95 * p.low:.4g} to {p.p95 * p.high:.4g}, {p.basis}" in said
    assert f"{machine.price_text}: {machine.price_source}" in said
    assert all(text in said for text in plan.warnings)
    assert all(f"assumed: {text}" in said for text in plan.assumptions)
    assert "assumed" not in sources(found, None).plain


def test_every_runner_up_says_what_it_loses_on(explored: Explored, found: Details) -> None:
    assert isinstance(explored.answer, Plan)
    lines = loses(found, explored.answer).plain.splitlines()
    assert len(lines) == 1 + len(explored.answer.runners_up)
    assert deploy(found).plain.splitlines() == [line for text in found.deploy for line in text.splitlines()]
