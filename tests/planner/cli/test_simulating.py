from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from planner.answers import Infeasible, Plan, Simulation
from planner.calibration.intervals import BASES
from planner.catalogs import Catalogs
from planner.cli.simulate import simulate_command
from planner.cli.simulating import run
from planner.errors import InputError
from planner.physics.coefficients import Coefficients
from planner.planner import Planner
from planner.request.reading import parse_request

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


def test_a_run_ends_after_so_many_requests(planner: Planner) -> None:
    base = [arg for arg in NAMED if arg not in ("--duration", "30")]
    whole, short = (run(flags(*base, "--requests", n), planner, lambda done, of: None) for n in ("400", "100"))
    assert isinstance(whole, Simulation)
    assert isinstance(short, Simulation)
    assert (whole.served, short.served) == (400, 100)
    assert "the first 100 requests" in short.traffic
    with pytest.raises(InputError, match="not both"):
        run(flags(*NAMED, "--requests", "9"), planner, lambda done, of: None)


def test_a_workload_is_simulated_on_the_traffic_that_its_plan_was_checked_on(planner: Planner, tmp_path: Path) -> None:
    """`plan` said 0.44276 s and `simulate` 0.44347 s of one cluster: 12,000 requests were drawn, and an hour's."""
    path = tmp_path / "w.toml"
    path.write_text(
        f'model = "{MODEL}"\n[traffic]\nrate_per_s = 6.0\n[input_tokens]\nmean = 300\n[output_tokens]\nmean = 30\n'
        '[sla]\nttft_p95_s = 1.0\n[scope]\ngpus = ["L40S"]\n'
    )
    asked = flags("-w", str(path))
    found = run(asked, planner, lambda done, of: None)
    plan = planner.plan(parse_request(tomllib.loads(path.read_text())))
    assert isinstance(found, Simulation)
    assert isinstance(plan, Plan)
    assert plan.verification is not None
    checked = plan.verification
    assert (found.ttft_s, found.tpot_s, found.requests) == (checked.ttft_s, checked.tpot_s, checked.requests)
    other = run(flags("-w", str(path), "--seed", "3", "--duration", "100"), planner, lambda done, of: None)
    assert isinstance(other, Simulation)
    assert other.ttft_s != checked.ttft_s
