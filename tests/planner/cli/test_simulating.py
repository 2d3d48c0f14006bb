from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner.answers import Infeasible, Simulation
from planner.calibration.intervals import BASES
from planner.catalogs import Catalogs
from planner.cli.simulate import simulate_command
from planner.cli.simulating import run
from planner.errors import InputError
from planner.physics.coefficients import Coefficients
from planner.planner import Planner

MODEL = "meta-llama/Llama-3.1-8B-Instruct"
NAMED = ["-m", MODEL, "-g", "H100", "--isl", "300", "--osl", "40", "--rate", "4", "--duration", "30", "--seed", "1"]


def flags(*args: str) -> dict[str, Any]:
    """The flags as the command hands them on."""
    params = simulate_command.make_context("simulate", list(args)).params
    return {name: value for name, value in params.items() if name not in ("catalog", "fmt")}


@pytest.fixture(scope="module")
def planner(catalogs: Catalogs, coefficients: Coefficients) -> Planner:
    return Planner(catalogs=catalogs, coefficients=coefficients)


def test_flags_become_a_run(planner: Planner) -> None:
    told: list[tuple[int, int]] = []
    found = run(flags(*NAMED, "--replicas", "2"), planner, lambda done, of: told.append((done, of)))
    assert isinstance(found, Simulation)
    assert found.replicas == 2
    assert found.served == found.requests > 50
    assert told[-1] == (found.requests, found.requests)


def test_confidence_slows_a_deployment(planner: Planner, coefficients: Coefficients) -> None:
    plain, sure = (run(flags(*NAMED, *more), planner, lambda done, of: None) for more in ([], ["--confidence", "0.95"]))
    assert isinstance(plain, Simulation)
    assert isinstance(sure, Simulation)
    assert plain.device_time_factor == 1.0
    assert sure.device_time_factor in [coefficients.caution(0.95, ground) for ground in BASES]
    assert sure.tpot_s.mean > plain.tpot_s.mean


def test_a_workload_that_no_cluster_serves_is_an_answer(planner: Planner, tmp_path: Path) -> None:
    path = tmp_path / "w.toml"
    path.write_text(
        f'model = "{MODEL}"\ntraffic = {{ rate_per_s = 1 }}\nsla = {{ ttft_p95_s = 0.0001 }}\n[scope]\ngpus = ["L4"]\n'
    )
    found = run(flags("-w", str(path)), planner, lambda done, of: None)
    assert isinstance(found, Infeasible)
    assert "ttft_p95_s" in found.binding_limit


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["-m", MODEL], "--workload"),
        ([*NAMED, "--lose", "1:2:3"], "--lose"),
        ([*NAMED, "--autoscale", "3:1:8"], "--autoscale"),
        ([*NAMED, "--max-num-seqs", "65536"], "--max-num-seqs"),
    ],
)
def test_wrong_flags_are_named(planner: Planner, args: list[str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        run(flags(*args), planner, lambda done, of: None)
