"""Prices that rise with the prompt: the whole request pays its tier."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.request.lengths import Length
from planner.tco.apis import find_price, read_prices
from planner.tco.tiers import Tier, shares
from tests.planner.tco.conftest import ON, PRICES

TIERS = (Tier(2000.0, 30.0, 6.0, 90.0),)


def test_shares_add_up_and_long_prompts_hold_more_tokens_than_requests() -> None:
    (tokens, requests), (long_tokens, long_requests) = shares(Length(mean=1000.0, cv=1.0), TIERS)
    assert tokens + long_tokens == pytest.approx(1.0)
    assert requests + long_requests == pytest.approx(1.0)
    assert 0.05 < long_requests < long_tokens < 0.5


@pytest.mark.parametrize(("length", "above"), [(1999.0, 0.0), (2000.0, 0.0), (2001.0, 1.0)])
def test_a_prompt_of_one_length_is_in_one_tier(length: float, above: float) -> None:
    """At the threshold itself the first tier still holds."""
    assert shares(Length(mean=length, cv=0.0), TIERS)[1] == pytest.approx((above, above))


def test_a_tier_by_hand() -> None:
    """A million tokens in and out, half of the input and a fifth of the requests above: in the cache a tenth."""
    price = replace(PRICES["a/dear"], tiers=TIERS)
    mix = [(0.5, 0.8), (0.5, 0.2)]
    low, high = 0.9 * 20.0 + 0.1 * 5.0, 0.9 * 30.0 + 0.1 * 6.0
    by_hand = 0.5 * low + 0.5 * high + 0.8 * 80.0 + 0.2 * 90.0
    assert price.usd(1e6, 1e6, cached_share=0.1, mix=mix) == pytest.approx(by_hand)
    assert price.usd(1e6, 0.0, batch_share=1.0, mix=mix) == pytest.approx(0.5 * 10.0 + 0.5 * 15.0)
    assert price.usd(1e6, 1e6) == PRICES["a/dear"].usd(1e6, 1e6) == pytest.approx(100.0)


def test_published_tiers_are_read() -> None:
    pytest.importorskip("genai_prices")
    price = find_price("google/gemini-2.5-pro", ON)
    assert (price.input, price.output) == pytest.approx((1.25, 10.0))
    assert [(t.above, t.input, t.output) for t in price.tiers] == [(200_000.0, 2.5, 15.0)]
    assert find_price("openai/gpt-4o", ON).tiers == ()


GOOD = '[[price]]\nprovider = "x"\nmodel = "y"\ninput = 1\noutput = 2\nas_of = "2026-01-01"\nsource = "own"\n'


def test_own_tiers_are_read_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(
        GOOD + "tiers = [{above = 200000, input = 2, output = 3}, {above = 1000, input = 1.5, output = 2}]\n"
    )
    assert [t.above for t in read_prices(path)["x/y"].tiers] == [1000.0, 200_000.0]
    for bad, said in (
        ("tiers = 3", "expected tables"), ("tiers = [{above = 1, input = 1}]", "output: expected 0 to"),
        ("tiers = [{above = 1, input = 1, output = 1, in = 3}]", "in: unknown key"),
        ("tiers = [{above = -1, input = 1, output = 1}]", "above: expected 0 to"),
    ):  # fmt: skip
        path.write_text(GOOD + bad)
        with pytest.raises(InputError, match=said):
            read_prices(path)
