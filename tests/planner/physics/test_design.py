from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from models_db.formats import find_format, find_kv_format
from planner.catalogs import Catalogs
from planner.physics.design import Designs, enumerate_designs
from planner.physics.engines import find_engine
from planner.physics.split import Split, split_problem
from planner.plan.explore import Explored
from tests.planner.conftest import SEVENTY, designs


def test_every_design_is_legal_and_none_is_there_twice(catalogs: Catalogs) -> None:
    d = designs(catalogs, SEVENTY, "H100", "fp8")
    columns = [each.name for each in fields(Designs) if each.metadata]
    rows = list(zip(*(getattr(d, name).tolist() for name in columns), strict=True))
    assert len(set(rows)) == len(rows) > 3
    for tp, pp, ep, dp in zip(d.tp.tolist(), d.pp.tolist(), d.ep.tolist(), d.dp.tolist(), strict=True):
        assert split_problem(d.model, Split(tp=tp, pp=pp, ep=ep, dp=dp)) is None
    assert (d.gpus_per_replica == d.tp * d.pp * d.dp).all()


def test_what_is_refused_is_counted_with_its_reason(catalogs: Catalogs) -> None:
    d = enumerate_designs(
        catalogs.models.find(SEVENTY).model,
        [catalogs.hardware.accelerator("V100 SXM2 16GB")],
        [find_format("awq_int4_g128")],
        [find_kv_format("fp16")],
        [find_engine("vllm")],
    )
    assert len(d) == 0
    assert list(d.refused.values()) == [1]


def test_groups_tell_distinct_combinations_apart(catalogs: Catalogs) -> None:
    d = designs(catalogs, SEVENTY, "H100", "fp8")
    keys, inverse = d.groups("tp", "pp")
    assert [keys[i] for i in inverse] == list(zip(d.tp.tolist(), d.pp.tolist(), strict=True))
    assert len(set(keys)) == len(keys)
    part = d.take(np.array([2, 0]))
    assert part.tp.tolist() == [d.tp[2], d.tp[0]]


def test_one_design_is_taken_as_it_is(catalogs: Catalogs) -> None:
    d = designs(catalogs, SEVENTY, "H100", "fp8")
    one = Designs.single(d.model, d.gpus[0], d.formats[0], d.kv_formats[0], d.engines[0], Split(tp=3))
    assert (len(one), int(one.tp[0]), int(one.gpus_per_replica[0])) == (1, 3, 3)


@pytest.mark.parametrize("count", [1, 5, 16, 17, 400, None])
@pytest.mark.parametrize(
    "names", [("gpu",), ("gpu", "fmt", "engine"), ("gpu", "fmt", "kv", "engine", "tp", "pp", "ep", "dp")]
)
def test_groups_are_in_order_however_many_designs_there_are(
    explored: Explored, count: int | None, names: tuple[str, ...]
) -> None:
    """Few are told apart without arrays, many by a table or an order."""
    d = explored.designs.take(np.arange(len(explored.designs))[::7][:count])
    rows = np.stack([getattr(d, name) for name in names], axis=1)
    expected, inverse = np.unique(rows, axis=0, return_inverse=True)
    keys, found = d.groups(*names)
    assert keys == [tuple(row) for row in expected.tolist()]
    assert found.tolist() == inverse.ravel().tolist()


def test_without_the_records_that_none_has_designs_are_the_same(explored: Explored) -> None:
    d = explored.designs.take(np.arange(0, len(explored.designs), 701))
    narrow = d.narrowed()
    assert len(narrow.gpus) < len(d.gpus)
    for i in range(len(d)):
        assert narrow.gpus[narrow.gpu[i]] is d.gpus[d.gpu[i]]
        assert narrow.formats[narrow.fmt[i]] is d.formats[d.fmt[i]]
        assert narrow.kv_formats[narrow.kv[i]] is d.kv_formats[d.kv[i]]
        assert (narrow.engines[narrow.engine[i]], narrow.split_at(i)) == (d.engines[d.engine[i]], d.split_at(i))
