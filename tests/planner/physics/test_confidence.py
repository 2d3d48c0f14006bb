from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.physics.confidence import bases, caution_of, cautions, confidence_text, grounds
from planner.physics.deployment import Deployment, one_design
from tests.planner.conftest import EIGHT


@pytest.mark.parametrize("gpu", ["H100", "L4", "MI325X"])
def test_a_factor_is_that_of_what_the_design_rests_on(catalogs: Catalogs, coefficients: Coefficients, gpu: str) -> None:
    design = one_design(Deployment(EIGHT, gpu), catalogs)[0]
    (ground,) = bases(design, coefficients)
    found = caution_of(design, 0.9, coefficients)
    assert found.device == coefficients.caution(0.9, ground)
    # Together they are what the errors of first tokens ask for, where that is more.
    assert found.device * found.first == pytest.approx(
        max(coefficients.caution(0.9, ground), coefficients.caution(0.9, ground, "ttft"))
    )
    assert f"{coefficients.caution(0.9, ground):.2f} ({ground})" in confidence_text(0.9, coefficients)


def test_one_half_takes_times_as_predicted_and_more_is_slower(catalogs: Catalogs, coefficients: Coefficients) -> None:
    design = one_design(Deployment(EIGHT, "H100"), catalogs)[0]
    factors = [
        float(cautions(grounds(design, coefficients), sure, coefficients)[0][0]) for sure in (0.5, 0.8, 0.9, 0.95)
    ]
    assert factors[0] == 1.0
    assert np.all(np.diff(factors) > 0.0)
    assert factors[-1] == pytest.approx(coefficients.interval("tpot", of=bases(design, coefficients)[0])[1])


def test_a_split_counts_where_the_place_was_run_in_one(catalogs: Catalogs, coefficients: Coefficients) -> None:
    model, gpu, engine, weights, split = next(
        c for c in sorted(coefficients.evidence.configurations) if " " not in c[4]
    )
    d = one_design(Deployment(model, gpu, weights, engine=engine), catalogs)[0]
    d = replace(d, tp=np.array([int(split[2:])]), pp=np.ones(1, int), ep=np.ones(1, int), dp=np.ones(1, int))
    assert bases(d, coefficients) == ["measured"]
    assert bases(replace(d, tp=np.array([3])), coefficients) != ["measured"]
    found, which = grounds(d.take(np.zeros(4, int)), coefficients)
    assert found == ["measured"]
    assert which.tolist() == [0, 0, 0, 0]
