from __future__ import annotations

from hardware_db.price_rows import EXPECTED, NUMERIC, PRICES, REQUIRED, expected, needed
from hardware_db.schema import Offer


def test_each_column_says_what_is_expected_with_an_example() -> None:
    assert set(EXPECTED) <= set(Offer.model_fields)
    for column in Offer.model_fields:
        assert "such as" in expected(column) or column in ("offer_class", "flags")
    assert "12.5" in expected("vcpu")
    assert "vcpu" in NUMERIC


def test_needed_columns_are_those_of_the_record_and_a_price() -> None:
    assert needed().startswith(", ".join(REQUIRED))
    assert PRICES[0] in needed()
