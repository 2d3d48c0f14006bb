from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.load import records
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.footprint import footprint
from planner.physics.step import Load, StepModel
from tests.planner.conftest import SEVENTY, designs, one_gpu, only

SHIPPED = Coefficients.shipped()


def test_a_step_as_a_record_has_its_terms_longest_first(catalogs: Catalogs) -> None:
    step = StepModel.of(one_gpu(catalogs, "vllm"), SHIPPED).step(Load(8.0, 1000.0))
    found = records.step_answer(step)
    assert [t.ms for t in found.terms] == sorted((t.ms for t in found.terms), reverse=True)
    assert sum(t.ms for t in found.terms) == pytest.approx(found.total_ms)
    assert all(t.ms > 0 for t in found.terms)


def test_memory_as_a_record_is_that_of_one_gpu_and_tokens_those_of_the_replica(catalogs: Catalogs) -> None:
    demand = Demand.simple(1000, 200)
    one, two = (only(designs(catalogs, SEVENTY, "H200", "fp8"), 2, dp=dp) for dp in (1, 1))
    parts = footprint(one, SHIPPED, max_sequences=np.array([64.0]))
    found = records.memory(one, parts, 0, 0, demand)
    assert found.total_gib == pytest.approx(float(np.ravel(parts.total)[0]) / 2**30)
    assert sum(p.gib for p in found.parts) + found.free_gib == pytest.approx(found.total_gib)
    made = records.replica(two, 0, 64)
    assert (made.tp, made.gpus, made.max_sequences, made.weight_format) == (2, 2, 64, "fp8")
    assert records.ground(one, 0, SHIPPED) in ("measured", "calibrated", "physics")
