from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from hardware_db.catalog import HardwareCatalog
from models_db.formats import find_format, find_kv_format
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.physics.design import enumerate_designs
from planner.physics.engines import find_engine
from planner.physics.split import Split
from planner.request.request import Scope
from planner.search.candidates import pairs
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
        assert len(found.offers) > 3
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


def test_the_classes_asked_for_and_ones_own_are_rented(tmp_path: Path, catalogs: Catalogs) -> None:
    def sold(hardware: HardwareCatalog, *classes: str) -> set[str]:
        scope = Scope(gpus=("L40S",)) if not classes else Scope(gpus=("L40S",), offer_classes=classes)  # type: ignore[arg-type]
        return {offer.offer_class for offer in market(hardware, scope).offers}

    assert sold(catalogs.hardware) == {"hyperscaler", "cloud"}
    assert sold(catalogs.hardware, "marketplace") == {"marketplace"}
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / "mine.csv").write_text(PAIRS.replace("rtx-3090,2,bridge-nvlink3-geforce", "l40s,2,"))
    assert sold(HardwareCatalog(tmp_path), "marketplace") == {"marketplace", "own"}


def test_an_error_names_the_classes_that_have_an_offer(catalogs: Catalogs) -> None:
    with pytest.raises(InputError, match=r"no on_demand offer of class hyperscaler or cloud; marketplace has some .*"):
        market(catalogs.hardware, Scope(providers=("vast-ai",)))
    old = Scope(gpus=("L40S",), max_price_age_days=1, as_of=date(2030, 1, 1))
    with pytest.raises(InputError, match=r"no on_demand offer is at most 1 day old"):
        market(catalogs.hardware, old)
    with pytest.raises(InputError, match=r"scope\.as_of: state the day"):
        market(catalogs.hardware, Scope(max_price_age_days=100))


def test_no_machine_is_smaller_than_what_is_sold(catalogs: Catalogs) -> None:
    """Replicas stand on whole machines, and no provider has one that is smaller than its smallest."""
    every = Scope(offer_classes=("hyperscaler", "cloud", "marketplace", "community"))
    found = market(catalogs.hardware, every)
    least = np.array([offer.min_accelerators or offer.accelerators for offer in found.offers])
    assert (found.size >= least).all()
    assert (least > 1).sum() > 20


PAIRS = """provider,instance_type,region,accelerator,accelerators,topology,usd_per_hour_on_demand,as_of,source
me,bridged,here,rtx-3090,2,bridge-nvlink3-geforce,1.0,2026-11-28,my own
me,plain,here,rtx-3090,2,,0.9,2026-11-28,my own
"""


def test_a_gpu_is_there_once_for_each_topology_of_its_machines(tmp_path: Path) -> None:
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / "mine.csv").write_text(PAIRS)
    found = market(HardwareCatalog(tmp_path), Scope(gpus=("RTX 3090",), providers=("me",)))
    joined = {o.instance_type: found.gpus[g].joined.id for o, g in zip(found.offers, found.gpu, strict=True)}
    assert joined == {"bridged": "bridge-nvlink3-geforce", "plain": "pcie4-staged"}
    assert [gpu.id for gpu in merged([found, found]).gpus] == ["rtx-3090", "rtx-3090"]


def test_ranks_span_full_machines_with_the_network_of_their_times(catalogs: Catalogs) -> None:
    model = catalogs.models.find("meta-llama/Llama-3.1-70B-Instruct").model
    rented = market(catalogs.hardware, Scope(gpus=("H100",)))
    wide = rented.wide
    assert wide.any()
    for offer, spans in zip(rented.offers, wide, strict=True):
        assert not spans or (offer.network_gbps or 0.0) >= 400.0 * offer.accelerators
    formats = [find_format("bf16")], [find_kv_format("bf16")], [find_engine("vllm")]
    d = enumerate_designs(model, rented.gpus, *formats, only=Split(tp=16))
    _, offer = pairs(d, rented)
    assert set(offer) == set(np.flatnonzero(wide & (rented.size == 8)))
    narrow = replace(rented, networked=np.zeros(len(rented.offers), dtype=bool))
    assert narrow.spanned == frozenset()
    assert len(enumerate_designs(model, rented.gpus, *formats, only=Split(tp=16), networked=narrow.spanned)) == 0


def test_a_market_makes_the_records_of_its_own_accelerators_only() -> None:
    hardware = HardwareCatalog()
    rented = market(hardware, Scope(gpus=("L40S",)))
    assert {gpu.id for gpu in rented.gpus} <= set(hardware._made)
    assert len(hardware._made) < 0.5 * len(hardware._named)


def test_offers_that_another_scope_adds_are_told_apart_by_known_gpus(catalogs: Catalogs) -> None:
    known = market(catalogs.hardware, Scope())
    whole = market(catalogs.hardware, Scope(offer_classes=("hyperscaler", "cloud", "marketplace")))
    there, elsewhere = whole.without(known).on(known.gpus)
    assert len(there.offers) > 3
    assert len(elsewhere.offers) > 3
    assert {o.offer_class for o in (*there.offers, *elsewhere.offers)} == {"marketplace"}
    assert there.gpus is known.gpus
    assert not {gpu.id for gpu in elsewhere.gpus if gpu in known.gpus}
    for part in (there, elsewhere):
        for offer, gpu, size in zip(part.offers, part.gpu, part.size, strict=True):
            assert part.gpus[gpu].id == offer.accelerator
            assert size == offer.accelerators
    assert len(whole.offers) == len(there.offers) + len(elsewhere.offers) + len(
        [offer for offer in whole.offers if offer.offer_class != "marketplace"]
    )
