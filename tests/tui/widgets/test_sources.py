from __future__ import annotations

from dataclasses import replace

from planner.answers import Plan
from planner.plan.candidate import Details
from planner.plan.context import Context
from planner.plan.explore import Explored, explore
from planner.plan.looser import with_looser
from planner.request.reading import parse_request
from tests.tui.conftest import H100
from tui.widgets.sources import deploy, loses, signed_for, sources, start_lines


def test_figures_have_their_interval_and_the_price_its_day(explored: Explored, found: Details) -> None:
    plan, machine = explored.answer, found.cluster.machine
    assert isinstance(plan, Plan)
    said = sources(found, plan).plain
    p = found.cluster.latency.ttft_s
    assert f"90 % interval {p.p95 * p.low:.4g} to {p.p95 * p.high:.4g}, {p.basis}" in said
    assert f"{machine.price_text}: {machine.price_source}" in said
    assert all(text in said for text in plan.warnings)
    assert all(f"assumed: {text}" in said for text in plan.assumptions)
    assert f"quality: {found.cluster.quality.text}" in said
    assert "assumed" not in sources(found, None).plain


def test_every_runner_up_says_what_it_loses_on(explored: Explored, found: Details) -> None:
    assert isinstance(explored.answer, Plan)
    lines = loses(found, explored.answer).plain.splitlines()
    assert len(lines) == 1 + len(explored.answer.runners_up)
    assert all("not simulated" in line for line in lines[1:])
    assert deploy(found).plain.splitlines() == [line for text in found.deploy for line in text.splitlines()]


def test_what_looser_choices_would_save_stands_with_the_loss(context: Context, found: Details) -> None:
    asked = parse_request({**H100, "traffic": {"rate_per_s": 60.0}, "quality": {"max_loss_pct": 0.01}})
    plan = with_looser(explore(asked, context).answer, asked, context)
    assert isinstance(plan, Plan)
    assert plan.looser
    told = signed_for(found, plan)
    assert all(any(each.text in text for text in told) for each in plan.looser)


def test_the_log_of_a_start_is_shown_line_by_line(found: Details) -> None:
    assert found.log is not None
    lines = start_lines(found).splitlines()
    assert [line for line in lines if line in found.log.lines] == found.log.lines
    assert start_lines(replace(found, log=None)) == ""
