from __future__ import annotations

from pathlib import Path

import pytest

from planner import InputError, Planner, parse_request
from planner.calibration.own.calibrating import calibrated
from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from tests.planner.calibration.own.conftest import asked, measured_rows, write_rows

ASKED = {"model": "meta-llama/Llama-3.1-8B-Instruct", "traffic": {"rate_per_s": 2.0}, "input_tokens": {"mean": 1000},
         "output_tokens": {"mean": 200}, "sla": {"tpot_p95_s": 0.2}, "scope": {"gpus": ["L40S"]}}  # fmt: skip


def test_plans_of_a_planner_with_the_overlay_say_whose_runs_they_rest_on(
    tmp_path: Path, own: Path, with_own: Catalogs
) -> None:
    rows = measured_rows(asked(gpu="L40S"), with_own)
    planner = Planner(own)
    found = planner.calibrate([write_rows(tmp_path / "a.csv", rows)])
    assert planner.coefficients is Coefficients.shipped()
    found.stored_in(own)
    request = parse_request(ASKED)
    before, after = (p.plan(request, verify=False).cluster.latency.tpot_s for p in (planner, Planner(own)))
    assert after.basis == "measured (yours, 2026-11-20, 10 points)"
    assert after.mean > 1.1 * before.mean
    handed = Planner(coefficients=Coefficients.shipped().with_own(found.own))
    assert handed.plan(request, verify=False).cluster.latency.tpot_s == after


def test_without_calibrations_the_coefficients_are_the_shipped_ones(own: Path, with_own: Catalogs) -> None:
    assert calibrated(own, with_own) is Coefficients.shipped()
    assert calibrated(None, with_own) is Coefficients.shipped()


def test_a_file_that_is_not_there_is_one_line(own: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        Planner(own).calibrate([own / "gone.json"])
