"""Reserved units: what a file states, and ceil(need / unit) times the price, by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from planner.errors import InputError
from planner.request.reading import parse_request
from planner.tco.apis import read_prices
from planner.tco.reserved import ReservedUnits

PRICE = """[[price]]
provider = "a"
model = "dear"
input = 20.0
output = 80.0
as_of = "2026-11"
source = "contract"
"""
ASKED = {
    "model": "Qwen/Qwen3-8B", "traffic": {"rate_per_s": 3.0}, "input_tokens": {"mean": 1000, "cv": 0.0},
    "output_tokens": {"mean": 200, "cv": 0.0},
}  # fmt: skip


def of_file(tmp_path: Path, text: str) -> ReservedUnits:
    (tmp_path / "prices.toml").write_text(PRICE + text)
    found = read_prices(tmp_path / "prices.toml")["a/dear"].reserved
    assert found is not None
    return found


def test_units_by_hand() -> None:
    """3 requests a second of 1000 + 4 x 200 = 1800 weighed tokens: 5400 a second, three units of 2000 are 6000."""
    units = ReservedUnits("unit", 700.0, 2000.0, output_weight=4.0)
    request = parse_request(ASKED)
    assert float(units.needed_tokens_per_s(request, 3.0)) == pytest.approx(5400.0)
    assert float(units.usd(request, 3.0)) == 3 * 700.0
    assert units.units(np.array([0.0, 2000.0, 2000.1, 6000.0])).tolist() == [1, 1, 2, 3]
    assert ReservedUnits("u", 1.0, 2000.0, least=5, step=3).units(np.array([1.0, 12_001.0])).tolist() == [6, 9]
    assert units.rate_of_step(request) == pytest.approx(2000.0 / 1800.0)


def test_the_busiest_hour_counts() -> None:
    units = ReservedUnits("unit", 700.0, 2000.0)
    flat, peaked = (parse_request({**ASKED, "traffic": {"rate_per_s": 3.0, **more}})
                    for more in ({}, {"profile": [1] * 12 + [3] * 12}))  # fmt: skip
    assert float(units.needed_tokens_per_s(peaked, 3.0)) == pytest.approx(
        1.5 * float(units.needed_tokens_per_s(flat, 3.0))
    )


def test_a_price_an_hour_is_that_of_a_month(tmp_path: Path) -> None:
    found = of_file(tmp_path, 'reserved = { unit = "P", usd_per_hour = 2.0, tokens_per_s = 50, least = 15, step = 5 }')
    assert found == ReservedUnits("P", 2.0 * 730.5, 50.0, 1.0, 15, 5)
    assert of_file(tmp_path, 'reserved = { unit = "u", usd_per_month = 9, tokens_per_s = 1 }').usd_per_month == 9.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("reserved = 3", "reserved: expected a table"),
        ('reserved = { unit = "u", usd_per_hour = 1, usd_per_month = 1, tokens_per_s = 1 }', "either usd_per_hour or"),
        ('reserved = { unit = "u", tokens_per_s = 1 }', "either usd_per_hour or"),
        ('reserved = { unit = "u", usd_per_hour = 1 }', "state tokens_per_s"),
        ('reserved = { unit = "u", usd_per_hour = 1, tokens_per_s = 0 }', "tokens_per_s: expected"),
        ('reserved = { unit = "u", usd_per_hour = nan, tokens_per_s = 1 }', "usd_per_hour: expected"),
        (
            'reserved = { unit = "u", usd_per_hour = 1, tokens_per_s = 1, least = 1.5 }',
            "least: expected a whole",
        ),
        ('reserved = { unit = "u", usd_per_hour = 1, tokens_per_s = true }', "tokens_per_s: expected"),
        ('reserved = { unit = "", usd_per_hour = 1, tokens_per_s = 1 }', "unit: expected its name"),
        ('reserved = { unit = "u", usd_per_hours = 1, tokens_per_s = 1 }', "unknown key .nearest: usd_per_hour"),
    ],
)
def test_what_is_wrong_is_one_line_that_names_the_field(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        of_file(tmp_path, text)
    assert "price 1: reserved" in str(caught.value)
    assert "\n" not in str(caught.value)
