from __future__ import annotations

from planner.planner import Planner
from tests.tui.conftest import H100
from tui import jobs
from tui.fields import texts_of
from tui.whatif import KNOBS, SHARES, Spot, priced, question_of, spots_of_curve, spots_of_map, values_of

TEXTS = texts_of({**H100, "input_tokens": {"mean": 500.0, "p95": 1000.0}})
RATE, TTFT, _, CONTEXT, FORMAT = KNOBS


def test_values_are_about_the_present_one_or_the_usual_one() -> None:
    assert values_of(RATE, TEXTS, (), SHARES) == ["1", "1.6", "2.52", "4", "6.4", "10", "16"]
    assert values_of(TTFT, TEXTS, (), (1.0,)) == ["1"]
    assert values_of(RATE, {**TEXTS, RATE.key: "4e"}, (), (1.0,)) == ["1"]
    assert values_of(FORMAT, TEXTS, ["x", "y", "x"], SHARES) == ["x", "y"]


def test_the_present_confidence_comes_before_the_band() -> None:
    assert [spot.confidence for spot in spots_of_curve(["1", "2"])] == [None, None, 0.5, 0.5, 0.95, 0.95]
    assert [spot.values for spot in spots_of_map(["1", "2"], ["5"])] == [("1", "5"), ("2", "5")]


def test_a_spot_is_the_question_with_its_knobs_moved(planner: Planner) -> None:
    data = question_of(TEXTS, {"traffic": {"cv": 2.0}}, (RATE, CONTEXT), Spot(("8", "250"), 0.9))
    assert data["traffic"] == {"cv": 2.0, "rate_per_s": 8.0}
    assert (data["input_tokens"], data["confidence"]) == ({"mean": 250.0, "p95": 500.0}, 0.9)
    cheap, dear = (priced(question_of(TEXTS, {}, (RATE,), Spot((rate,))), planner) for rate in ("1", "400"))
    assert cheap.usd_per_hour is not None
    assert dear.usd_per_hour is not None
    assert cheap.usd_per_hour < dear.usd_per_hour
    assert priced(question_of(TEXTS, {}, (TTFT,), Spot(("0.0001",))), planner).usd_per_hour is None


def test_what_cannot_be_asked_is_a_place_without_dollars(planner: Planner) -> None:
    data, _, quote = jobs.vary_job(Spot(("-1",)), question_of(TEXTS, {}, (RATE,), Spot(("-1",))), planner)
    assert data["traffic"]["rate_per_s"] == -1.0
    assert quote.usd_per_hour is None
    assert "rate_per_s" in quote.winner
