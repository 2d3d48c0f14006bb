"""Verdicts follow from the figures beside them."""

from __future__ import annotations

from typing import Any

import pytest

from docs.figures import article_machine, article_money, article_quality
from docs.figures.article import APIS, UNPAID


def crossed(tokens: float | None) -> dict[str, Any]:
    return {"break_even": [{"api": api, "tokens_per_month": tokens} for api in APIS]}


@pytest.mark.parametrize(
    ("with_people", "without", "verdict"),
    [
        (108e6, 9e6, "between the two"),
        (25e6, 2e6, "with people"),
        (200e6, 22e6, "without people"),
        (300e6, 100e6, "| no |"),
        (None, 100e6, "never tokens a month"),
    ],
)
def test_break_even(monkeypatch: pytest.MonkeyPatch, with_people: float | None, without: float, verdict: str) -> None:
    def money(tokens: float, *more: str) -> dict[str, Any]:
        return crossed(without if more == UNPAID else with_people)

    monkeypatch.setattr(article_money, "money", money)
    assert verdict in article_money.break_even().splitlines()[2]


def answer(hosted: float, old: float, new: float) -> dict[str, Any]:
    option = {
        "name": "spot", "description": "1 x card", "usd_per_month": hosted,
        "lines": [{"name": "staff", "usd_per_month": hosted / 2}],
    }  # fmt: skip
    apis = [{"name": "openai/gpt-4", "usd_per_month": old}, {"name": "openai/gpt-4o", "usd_per_month": new}]
    return {"self_hosting": [option], "apis": apis}


def test_costs_by_volume(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosting for $1,000 whatever the volume, $50 and $5 a million tokens by API."""
    monkeypatch.setattr(article_money, "money", lambda tokens, apis: answer(1e3, tokens / 2e4, tokens / 2e5))
    _, _, by_api, hosted, saved, times, thousand = article_money.volumes().splitlines()[:7]
    said = " ".join(article_money.volumes().splitlines()[8:])
    assert by_api.endswith("| no: 1,000 times its own price |")
    assert "$500 / $500 / $500 / $500 are people" in hosted
    assert "too high by 8.0 to 25.0 times" in hosted
    assert "hosting costs 96.0% less than GPT-4 and hosting costs 60.0% less than GPT-4o" in saved
    assert saved.endswith("| from 500 million tokens a month on |")
    assert "500 million: 25 and 2.5" in times
    assert thousand.endswith("| from 500 million tokens a month on, of these |")
    assert "in 2 of 4 against GPT-4 (50 million and 500 million) and 1 of 4 against GPT-4o (500 million)" in said


def test_what_a_conversation_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    """24,000 tokens are read and 3,000 written, by hand: $0.90 at $30 and $60 a million."""
    price = {"usd_per_million_input": 30.0, "usd_per_million_output": 60.0}
    monkeypatch.setattr(article_money, "money", lambda tokens: {"apis": [{"name": api, **price} for api in APIS]})
    by_token, conversation = article_money.api_prices().splitlines()[2:]
    assert "GPT-4o $0.90" in conversation
    assert by_token.endswith("| yes |")
    assert conversation.endswith("| yes |")


@pytest.mark.parametrize(("large", "small", "verdict"), [(8, 8, "yes"), (4, 8, "only for the 40 GB"), (4, 4, "no")])
def test_gpus(monkeypatch: pytest.MonkeyPatch, large: int, small: int, verdict: str) -> None:
    needed = {article_machine.LARGE: large, article_machine.SMALL: small, article_machine.CARD: 2}
    rows = [{"gpu": gpu, "smallest_tp": tp, "max_sequences": 1} for gpu, tp in needed.items()]
    offers = [
        {"offer_class": name, "provider": "x", "accelerators": 8, "usd_per_hour_on_demand": 9.0,
         "usd_per_hour_1y_reserved": None}
        for name in ("hyperscaler", "cloud")
    ]  # fmt: skip
    found = {"fit": {"rows": rows}, "models": {"params_published": 7e10}, "prices": offers}
    monkeypatch.setattr(article_machine, "record", lambda *args: found[args[0]])
    weights, gpus, rent = article_machine.machine().splitlines()[2:]
    assert weights.endswith("140.0 GB (130.4 GiB) | yes |")
    assert f"| {verdict}" in gpus
    assert rent.endswith("| yes |")


def test_ratings(monkeypatch: pytest.MonkeyPatch) -> None:
    ratings = {"Llama 2 70B": 1000.0, "Llama 3.1 70B": 1180.0, "Llama 3.1 405B": 1150.0, "GPT-4": 1200.0,
               "GPT-4 Turbo": 1250.0, "GPT-4o": 1300.0}  # fmt: skip
    monkeypatch.setattr(article_quality, "_ratings", lambda: {name: (found, "") for name, found in ratings.items()})
    matches, gap = article_quality.quality().splitlines()[2:]
    assert matches.endswith("| in part |")
    assert "Llama 3.1 70B to GPT-4 90%; Llama 3.1 405B to GPT-4 75%; Llama 3.1 70B to GPT-4o 60%" in gap
    assert "| for Llama 3.1 70B to GPT-4 and Llama 3.1 405B to GPT-4; more for" in gap
