from __future__ import annotations

from pathlib import Path

import pytest

from hardware_db.catalog import HardwareCatalog
from hardware_db.servers import servers
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.physics.coefficients import Coefficients
from planner.request.request import OWNED, Scope
from planner.search.market import market
from planner.search.premises import bought, offered, on_premises
from tests.planner.plan.offers import context_of, overlay


@pytest.fixture
def hardware(catalogs: Catalogs) -> HardwareCatalog:
    return catalogs.hardware


MINE = "me,one,here,l40s,1,0.70,,own,1,,2026-11-01,list\nbazaar,one,here,l40s,1,0.60,,marketplace,1,,2026-09-20,list\n"


@pytest.mark.parametrize("place", ["on_premises", "air_gapped"])
def test_nothing_is_rented_on_the_premises(hardware: HardwareCatalog, place: str) -> None:
    found = offered(hardware, Scope(**{place: True}))
    assert {offer.provider for offer in found.offers} == {OWNED}
    names = {server.name for server in servers() if "low_confidence" not in server.flags}
    assert {offer.instance_type for offer in found.offers} == names


def test_without_the_constraint_machines_are_rented(hardware: HardwareCatalog) -> None:
    scope = Scope(gpus=("L40S",))
    assert offered(hardware, scope).offers == market(hardware, scope).offers


def test_offers_of_ones_own_stand_beside_machines_to_buy(
    tmp_path: Path, catalogs: Catalogs, coefficients: Coefficients
) -> None:
    hardware = context_of(overlay(tmp_path, MINE), catalogs, coefficients).catalogs.hardware
    found = on_premises(hardware, Scope(on_premises=True, gpus=("L40S",)))
    prices = dict(zip([o.provider for o in found.offers], found.usd_per_hour, strict=True))
    assert prices["me"] == 0.70
    assert set(prices) == {"me", OWNED}
    only = on_premises(hardware, Scope(on_premises=True, gpus=("L40S",), providers=("me",)))
    assert [offer.provider for offer in only.offers] == ["me"]


def test_a_term_of_owning_moves_the_price_of_an_hour(hardware: HardwareCatalog) -> None:
    scope = Scope(on_premises=True, gpus=("L40S",))
    dear = scope.model_copy(update={"owning": (("usd_per_kwh", 1.0),)})
    cheap_usd, dear_usd = (bought(hardware, s).usd_per_hour for s in (scope, dear))  # type: ignore[union-attr]
    kw = next(s.kw.value for s in servers() if s.gpu == "l40s")
    assert dear_usd - cheap_usd == pytest.approx(kw * 0.7 * 1.4 * 0.9)


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ({"gpus": ("H20",)}, "scope.on_premises (--on-premises): no machine to buy with these limits; name others"),
        ({"max_price_age_days": 1, "as_of": "2030-01-01"}, "no machine to buy with these limits"),
        ({"owning": {"usd_per_kwhh": 1.0}}, "'usd_per_kwhh' is not known (nearest: usd_per_kwh"),
        ({"owning": {"pue": 0.5}}, "expected 1 to 10"),
    ],
)
def test_what_is_wrong_is_one_line_with_what_to_change(
    hardware: HardwareCatalog, scope: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=r"no machine|pue|usd_per_kwhh") as error:
        offered(hardware, Scope.model_validate({"on_premises": True, **scope}))
    assert said in str(error.value)
    assert "\n" not in str(error.value)
