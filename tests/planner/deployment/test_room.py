from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models_db.formats import find_format, find_kv_format
from planner.catalogs import Catalogs
from planner.deployment import room
from planner.deployment.room import Losses, Need, Room, changes
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.engines import find_engine
from planner.physics.footprint import footprint
from planner.physics.kv_cache import cache_bytes
from planner.physics.split import Split
from planner.request.request import AS_LITTLE
from tests.planner.conftest import SEVENTY

SHIPPED = Coefficients.shipped()
GPUS = ("T4", "L4", "RTX 4090", "A100 40GB SXM")


@pytest.fixture
def need(catalogs: Catalogs) -> Need:
    model = catalogs.models.find(SEVENTY).model
    losses = Losses(model, model.id, False, AS_LITTLE)
    return Need(SHIPPED, model, find_engine("vllm"), 8192, 64, losses)


@pytest.fixture
def batch(catalogs: Catalogs, need: Need) -> Designs:
    """A GPU each, where 70B of weights find no room."""
    ones = np.ones(len(GPUS), dtype=np.int64)
    gpus = tuple(catalogs.hardware.accelerator(name) for name in GPUS)
    return Designs(
        need.model, gpus, (find_format("fp16"),), (find_kv_format("fp16"),), (need.engine,),
        np.arange(len(GPUS)), 0 * ones, 0 * ones, 0 * ones, ones, ones, ones, ones,
    )  # fmt: skip


def left_on(need: Need, one: Designs, **more: Any) -> float:
    parts = footprint(one, need.coefficients, max_sequences=np.array([float(need.sequences)]), **more)
    return float(parts.kv_pool[0, 0] - cache_bytes(one, np.array(float(need.context)))[0])


def test_changes_of_all_gpus_at_once_are_those_of_each(need: Need, batch: Designs) -> None:
    here = Room.of(batch, need)
    assert not here.fits.any()
    left = here.pool - here.each
    found = changes(need, batch, range(len(batch)), left)
    assert found == [changes(need, batch, [row], left[[row]])[0] for row in range(len(batch))]
    for row, text in enumerate(found):
        one = Designs.single(
            need.model, batch.gpus[row], find_format("awq_int4_g128"), find_kv_format("fp16"), need.engine, Split()
        )
        gained = (left_on(need, one) - left[row]) / 2**30
        assert "awq_int4_g128 (loss " in text
        assert f" {gained:+.1f} GiB" in text.split("awq_int4_g128 (loss ")[1]
        as_is = batch.take(np.array([row]))
        share = (left_on(need, as_is, fraction=0.95) - left[row]) / 2**30
        assert f"memory fraction 0.95 {share:+.1f} GiB" in text
        fewer = (left_on(replace(need, sequences=16), as_is) - left[row]) / 2**30
        assert f"16 sequences {fewer:+.1f} GiB" in text


def test_memory_is_computed_three_times_however_many_gpus_there_are(
    need: Need, batch: Designs, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = Room.of(batch, need)
    calls: list[int] = []

    def counted(designs: Designs, *args: Any, **more: Any) -> Any:
        calls.append(len(designs))
        return footprint(designs, *args, **more)

    monkeypatch.setattr(room, "footprint", counted)
    changes(need, batch, range(len(batch)), left.pool - left.each)
    assert len(calls) == 3
    assert min(calls) == len(GPUS)


def test_nothing_is_changed_where_all_fit(need: Need, batch: Designs) -> None:
    assert changes(need, batch, [], np.zeros(0)) == []
