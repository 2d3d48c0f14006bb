from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import InputError
from planner.report.currency import Exchange, converted, exchange, in_currency, is_amount, renamed, words
from planner.report.table import Table

EUR = Exchange(code="EUR", per_usd=0.5, as_of="2026-11-01")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("choose open: $1,234.50 a month", "choose open: EUR 617.25 a month"),
        ("$0.1 in, $2.5 out", "EUR 0.05 in, EUR 1.25 out"),
        ("$3.00, then", "EUR 1.50, then"),
        ("$1e-05 a token", "EUR 5e-06 a token"),
        ("$400 an hour (USD)", "EUR 200 an hour (EUR)"),
        ("saves $-20.00", "saves EUR -10.00"),
        ("0.1 USD per kWh", "0.1 USD per kWh"),
        ("prices in USD (USD)", "prices in USD (USD)"),
    ],
)
def test_amounts_in_texts_change_and_other_words_stay(text: str, expected: str) -> None:
    assert words(text, EUR) == expected


def test_json_changes_values_and_names_and_names_the_currency() -> None:
    data = {
        "usd_per_month": 10.0, "api_usd": {"a": 4.0, "b": None}, "usd_by_month": [2.0, 4], "usd_pct": 50.0,
        "gpus": 8, "row": {"instead_of_usd_per_hour": 3.0, "text": "$2.00"}, "sources": ["$0.03 a thousand"],
        "input": 7.0, "fine": True,
    }  # fmt: skip
    found = converted(data, EUR, ("input",))
    assert found == {
        "currency": {"code": "EUR", "per_usd": 0.5, "as_of": "2026-11-01", "source": "stated"},
        "eur_per_month": 5.0, "api_eur": {"a": 2.0, "b": None}, "eur_by_month": [1.0, 2.0], "usd_pct": 50.0,
        "gpus": 8, "row": {"instead_of_eur_per_hour": 1.5, "text": "EUR 1.00"}, "sources": ["$0.03 a thousand"],
        "input": 3.5, "fine": True,
    }  # fmt: skip


def test_tables_change_columns_titles_and_notes() -> None:
    table = Table(
        "USD a month", ("what", "usd_per_hour", "low", "vs_usd"), [["$4.00", 2.0, 6.0, "+5%"]], ["$8.00"], ("low",)
    )
    (made,) = in_currency([table], EUR)
    assert made.title == "EUR a month"
    assert list(made.columns) == ["what", "eur_per_hour", "low", "vs_usd"]
    assert made.rows == [["EUR 2.00", 1.0, 3.0, "+5%"]]
    assert list(made.notes) == ["currency: EUR, 0.5 for one USD as of 2026-11-01 (stated)", "EUR 4.00"]


def test_percent_and_changes_are_no_amounts() -> None:
    assert [is_amount(name) for name in ("usd_m_tokens", "usd", "usd_pct", "vs_usd", "thusd")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert renamed("saves_usd_per_hour", EUR) == "saves_eur_per_hour"


def test_a_rate_is_stated_or_in_a_file_and_never_invented(tmp_path: Path) -> None:
    assert exchange("usd", None, None, tmp_path) is None
    assert exchange("eur", 0.9, "2026-11", None) == Exchange(code="EUR", per_usd=0.9, as_of="2026-11")
    with pytest.raises(InputError, match=r"no rate of 'EUR' is known; state --rate-of-exchange .* --exchange-as-of"):
        exchange("EUR", None, None, tmp_path)
    with pytest.raises(InputError, match=r"no rate of 'EUR' is known"):
        exchange("EUR", 0.9, None, tmp_path)
    path = tmp_path / "currency.toml"
    path.write_text('[[currency]]\ncode = "EUR"\nper_usd = 0.91\nas_of = "2026-10-02"\nsource = "treasury"\n')
    found = exchange("EUR", None, None, tmp_path)
    assert found is not None
    assert (found.per_usd, found.source) == (0.91, "treasury")
    stated = exchange("EUR", 0.5, "2026-11-01", tmp_path)
    assert stated is not None
    assert stated.per_usd == 0.5
    for bad in (("EURO", 0.9, "2026-11"), ("EUR", -1.0, "2026-11"), ("EUR", 0.9, "soon")):
        with pytest.raises(InputError, match=r"^--currency: "):
            exchange(*bad, None)
    path.write_text('[[currency]]\ncode = "EUR"\nper_usd = -1\nas_of = "2026-10-02"\n')
    with pytest.raises(InputError, match=r"currency.toml: currency\.0\.per_usd"):
        exchange("EUR", None, None, tmp_path)
