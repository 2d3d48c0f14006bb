from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.request.request import Scope
from planner.search.market import PRICE_FIELD, market, merged


def test_each_machine_is_there_once_in_its_cheapest_region(catalogs: Catalogs) -> None:
    found = market(catalogs.hardware, Scope(gpus=("H100",)))
    names = [(o.provider, o.instance_type) for o in found.offers]
    assert len(set(names)) == len(names) > 3
    assert (np.diff(found.usd_per_hour) >= 0).all()
    for offer, usd in zip(found.offers, found.usd_per_hour, strict=True):
        same = [
            o
            for o in catalogs.hardware.offers
            if (o.provider, o.instance_type) == (offer.provider, offer.instance_type)
        ]
        assert usd == min(o.usd_per_hour_on_demand for o in same if o.usd_per_hour_on_demand is not None)
    assert {gpu.name for gpu in found.gpus} == {"H100 SXM"}


def test_a_commitment_has_its_own_price(catalogs: Catalogs) -> None:
    for commitment, field in PRICE_FIELD.items():
        found = market(catalogs.hardware, Scope(commitment=commitment))  # type: ignore[arg-type]
        assert found.usd_per_hour.tolist() == [getattr(o, field) for o in found.offers]


def test_markets_together_keep_offers_and_count_gpus_once(catalogs: Catalogs) -> None:
    a, b = (market(catalogs.hardware, Scope(gpus=names)) for names in (("H100", "L4"), ("H100",)))
    both = merged([a, b])
    assert both.offers == a.offers + b.offers
    assert len(both.gpus) == 2
    assert [both.gpus[g].id for g in both.gpu] == [o.accelerator for o in both.offers]
    rows = np.array([1, 0])
    assert both.take(rows).offers == (both.offers[1], both.offers[0])


def test_no_offer_is_an_error_of_the_scope(catalogs: Catalogs) -> None:
    with pytest.raises(InputError, match="scope: no spot offer"):
        market(catalogs.hardware, Scope(gpus=("M4 Pro",), commitment="spot"))
    with pytest.raises(InputError, match=r"scope\.providers: 'awss' is not known \(nearest: aws"):
        market(catalogs.hardware, Scope(providers=("awss",)))
