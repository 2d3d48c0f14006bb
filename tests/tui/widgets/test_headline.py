from __future__ import annotations

from textual.app import App, ComposeResult

from planner.answers import Infeasible, Plan
from planner.plan.context import Context
from planner.plan.explore import Explored, explore
from planner.plan.shortlist import shortlist
from planner.request.reading import parse_request
from tests.tui.conftest import H100
from tui.widgets.headline import Headline


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
        assert head.text.endswith("...")
        head.show_plan(best, answer)
        assert answer.binding_limit in head.text
        assert answer.cluster.quality.short in head.text
        assert answer.cluster.machine.price_text in head.text
        head.show_infeasible(none)
        assert head.state == "infeasible"
        assert none.nearest_change in head.text
        head.show_problem("gpu: what?")
        assert (head.state, head.has_class("-error"), head.has_class("-answer")) == ("error", True, False)
