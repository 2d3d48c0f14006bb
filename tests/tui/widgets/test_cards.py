from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region

from planner import Planner
from planner.answers import Plan
from planner.plan.explore import Explored
from planner.plan.shortlist import shortlist
from tui.widgets.cards import CardFace, Cards, WinnerCard, entry_cards, plan_cards
from tui.widgets.gauge import FITS, NEAR

CSS = """
Cards { layout: grid; grid-size: 3 2; height: 10; }
.card { height: 100%; border: round white; padding: 0 1; text-wrap: nowrap; }
"""


class Holder(App[None]):
    CSS = CSS

    def compose(self) -> ComposeResult:
        yield Cards()


def lines(cards: tuple[CardFace, ...]) -> Iterator[str]:
    for card in cards:
        yield card.title
        yield from (line[0] for line in card.lines)


def test_the_candidate_is_told_at_once_and_what_follows_is_pending(explored: Explored) -> None:
    best = shortlist(explored)[0]
    said = list(lines(entry_cards(best)))
    assert f"${best.usd_per_hour:,.2f} an hour" in said
    assert said.count("...") == 6


def test_latencies_are_those_of_the_command_at_the_confidence_that_they_have(explored: Explored) -> None:
    plan, best = explored.answer, shortlist(explored)[0]
    assert isinstance(plan, Plan)
    tpot = plan.cluster.latency.tpot_s
    first = plan_cards(best, plan)[2]
    assert first.title == "TPOT p95 of 50 ms"
    assert first.lines[0][0] == f"{1e3 * tpot.p95:.1f} ms closed form at {plan.cluster.latency.at_confidence:.0%}"
    assert first.gauge is not None
    assert first.gauge.state in (FITS, NEAR)
    assert (first.gauge.low, first.gauge.high) == (1e3 * tpot.p95 * tpot.low, 1e3 * tpot.p95 * tpot.high)
    assert plan_cards(best, plan)[3].title == "TTFT p95, no limit"
    run = Planner().plan(explored.request)
    assert isinstance(run, Plan)
    assert run.verification is not None
    simulated = plan_cards(best, run)[2]
    assert simulated.lines[0][0] == f"{1e3 * run.verification.tpot_s.p95:.1f} ms simulated at {run.confidence:.0%}"


@pytest.mark.parametrize(
    ("limit", "shortest"),
    [
        ("ttft_p95_s (1 s) breaks first, at 11.5 requests a second", "ttft_p95 breaks first"),
        ("saturation (batch limit) comes first, at 11.5 requests a second", "saturation comes first"),
    ],
)
def test_the_limit_that_binds_is_named_whole_in_a_narrow_card(explored: Explored, limit: str, shortest: str) -> None:
    assert isinstance(explored.answer, Plan)
    plan = explored.answer.model_copy(update={"binding_limit": limit})
    assert plan_cards(shortlist(explored)[0], plan)[4].lines[1][-1] == shortest


@pytest.mark.parametrize("size", [(60, 8), (78, 8), (120, 10), (200, 10)])
async def test_no_figure_is_cut_and_a_wider_card_says_more(explored: Explored, size: tuple[int, int]) -> None:
    best, plan = shortlist(explored)[0], explored.answer
    assert isinstance(plan, Plan)
    cards = plan_cards(best, plan)
    async with Holder().run_test(size=size) as pilot:
        pilot.app.query_one(Cards).styles.height = size[1]
        pilot.app.query_one(Cards).show(cards)
        await pilot.pause()
        for card, shown in zip(pilot.app.query(WinnerCard), cards, strict=True):
            drawn = str(card.render()).splitlines()
            assert len(drawn) <= card.content_size.height
            assert max(map(len, drawn)) <= card.content_size.width
            assert drawn[0] in shown.lines[0] or drawn[0].endswith("…")
            if shown.gauge is not None and shown.gauge.limit is not None:
                assert drawn[-1].endswith(shown.gauge.state)
                assert card.has_class(f"-{shown.gauge.state}")


@pytest.mark.parametrize(("width", "title"), [(80, "load, saturation"), (120, "load, saturation binds")])
async def test_a_title_is_never_cut_within_a_word(explored: Explored, width: int, title: str) -> None:
    assert isinstance(explored.answer, Plan)
    plan = explored.answer.model_copy(update={"binding_limit": "12 requests a second not sustained"})
    async with Holder().run_test(size=(width, 10)) as pilot:
        pilot.app.query_one(Cards).show(plan_cards(shortlist(explored)[0], plan))
        await pilot.pause()
        card = pilot.app.query_one("#card-load", WinnerCard)
        shown = card.render_lines(Region(0, 0, card.outer_size.width, 1))[0].text
        assert f" {title} " in shown
