from __future__ import annotations

from pathlib import Path

import pytest

from hardware_db.catalog import DATA
from hardware_db.price_rows import EXPECTED, NUMERIC, PRICES, REQUIRED, expected, needed, read_offers, shipped_offers
from hardware_db.schema import Offer
from planner.catalogs import Catalogs
from planner.errors import HardwareError


def test_each_column_says_what_is_expected_with_an_example() -> None:
    assert set(EXPECTED) <= set(Offer.model_fields)
    for column in Offer.model_fields:
        assert "such as" in expected(column) or column in ("offer_class", "flags")
    assert "12.5" in expected("vcpu")
    assert "vcpu" in NUMERIC


def test_needed_columns_are_those_of_the_record_and_a_price() -> None:
    assert needed().startswith(", ".join(REQUIRED))
    assert PRICES[0] in needed()


def test_offers_of_the_package_pass_the_checks_that_those_of_users_do(catalogs: Catalogs) -> None:
    hardware = catalogs.hardware
    checked = hardware.offers_of(DATA / "prices.csv")
    shipped = shipped_offers(DATA / "prices.csv")
    # repr: 1 and 1.0 are equal, and differ in what is printed.
    assert repr(shipped) == repr(checked)
    assert shipped == checked == list(hardware.published)
    assert [offer.model_fields_set for offer in shipped] == [offer.model_fields_set for offer in checked]


@pytest.mark.parametrize("price", ["1_0", "\u0661", "\u0664.5"])
def test_a_price_has_plain_digits(tmp_path: Path, price: str) -> None:
    row = f"me,one,eu,h100-sxm,1,2026-11-01,books,{price}"
    (tmp_path / "mine.csv").write_text(
        f"provider,instance_type,region,accelerator,accelerators,as_of,source,usd_per_hour_on_demand\n{row}\n",
        encoding="utf-8",
    )
    with pytest.raises(HardwareError, match=r"usd_per_hour_on_demand: .* is not a number"):
        read_offers(tmp_path / "mine.csv")
