from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from planner import Planner
from planner.answers import Infeasible, Plan
from planner.plan.context import Context
from planner.plan.explore import Explored, explore
from planner.plan.shortlist import shortlist
from planner.request.reading import parse_request
from tests.tui.conftest import H100
from tui.widgets.headline import Headline, answer_lines, binding_line, entry_lines, figures_text


class Holder(App[None]):
    def compose(self) -> ComposeResult:
        yield Headline()


async def test_each_state_is_told_and_marked(context: Context, explored: Explored) -> None:
    best, answer = shortlist(explored)[0], explored.answer
    none = explore(parse_request({**H100, "sla": {"ttft_p95_s": 1e-4}}), context).answer
    assert isinstance(answer, Plan)
    assert isinstance(none, Infeasible)
    async with Holder().run_test(size=(100, 10)) as pilot:
        head = pilot.app.query_one(Headline)
        assert head.state == "computing"
        head.show(best)
        assert str(head.render()).endswith("...")
        head.show_binding(best, answer)
        assert answer.binding_limit in str(head.render())
        assert answer.cluster.quality.short in str(head.render())
        assert answer.cluster.machine.price_text in str(head.render())
        head.show_infeasible(none)
        assert head.state == "infeasible"
        assert none.nearest_change in str(head.render())
        head.show_problem("gpu: what?")
        assert (head.state, head.has_class("-error"), head.has_class("-answer")) == ("error", True, False)


def test_the_best_is_told_in_dollars_machines_and_seconds(explored: Explored) -> None:
    assert isinstance(explored.answer, Plan)
    lines = [line[0] for line in entry_lines(shortlist(explored)[0])]
    assert lines[0].startswith(f"${explored.answer.cluster.cost.usd_per_hour:,.2f} an hour")
    assert explored.answer.cluster.replica.split_text in lines[2]


def test_the_figures_are_those_of_the_command_at_the_confidence_that_they_have(explored: Explored) -> None:
    plan = explored.answer
    assert isinstance(plan, Plan)
    latency = plan.cluster.latency
    assert figures_text(plan).endswith(f"(closed form, at {latency.at_confidence:.0%})")
    assert f"p95 {latency.ttft_s.p95:.3f} s to first token" in figures_text(plan)
    run = Planner().plan(explored.request)
    assert isinstance(run, Plan)
    assert run.verification is not None
    assert figures_text(run).endswith(f"(simulated, at {run.confidence:.0%})")
    assert f"p95 {run.verification.ttft_s.p95:.3f} s to first token" in figures_text(run)


@pytest.mark.parametrize("width", [30, 43, 60, 80, 140])
async def test_lines_are_shortened_by_what_they_say_and_no_figure_is_cut(explored: Explored, width: int) -> None:
    best, answer = shortlist(explored)[0], explored.answer
    assert isinstance(answer, Plan)
    async with Holder().run_test(size=(width, 10)) as pilot:
        head = pilot.app.query_one(Headline)
        head.show_binding(best, answer)
        whole = {word for line in [*answer_lines(best, answer), binding_line(answer.binding_limit)]
                 for text in line for word in text.split()}  # fmt: skip
        lines = str(head.render()).splitlines()
        assert len(lines) == 5
        assert max(map(len, lines)) <= width
        for word in " ".join(lines).split():
            assert word == "…" or word in whole or any(known.rstrip(",;:") == word for known in whole)
        assert lines[0].startswith(f"${best.usd_per_hour:,.2f} an hour")


async def test_a_wider_view_says_more(explored: Explored) -> None:
    best, answer = shortlist(explored)[0], explored.answer
    assert isinstance(answer, Plan)
    async with Holder().run_test(size=(40, 10)) as pilot:
        head = pilot.app.query_one(Headline)
        head.show_binding(best, answer)
        short = str(head.render())
        await pilot.resize_terminal(140, 10)
        await pilot.pause()
        assert len(str(head.render())) > len(short)
        assert answer.cluster.machine.price_text in str(head.render())
