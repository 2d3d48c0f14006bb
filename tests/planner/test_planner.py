"""The one way in."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import planner as package
from planner import (
    Cluster,
    Demand,
    Deployment,
    DoesNotFit,
    Estimate,
    Infeasible,
    InputError,
    Plan,
    Planner,
    Rehearsal,
    Request,
    parse_request,
)
from planner.answers import ReplicaStart
from planner.export.commands import deploy_command

ROOT = Path(__file__).parents[2]


def request(**more: object) -> Request:
    data = {
        "model": "Qwen/Qwen3-8B",
        "traffic": {"rate_per_s": 3.0},
        "input_tokens": {"mean": 800},
        "output_tokens": {"mean": 200},
        "sla": {"ttft_p95_s": 1.0, "tpot_p95_s": 0.05},
        "scope": {"gpus": ["L40S"]},
    }
    return parse_request({**data, **more})


def test_every_public_name_loads_and_says_what_it_is() -> None:
    for name in package.__all__:
        found = getattr(package, name)
        assert name == "__version__" or inspect.getdoc(found), name


def test_every_method_says_what_it_does() -> None:
    for name, method in inspect.getmembers(Planner):
        assert name.startswith("_") or inspect.getdoc(method), name


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Plannr"):
        _ = package.Plannr  # type: ignore[attr-defined]


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ("numpy", "pydantic", "scipy", "click", "textual")
    code = f"import sys, planner; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_plan_is_what_was_explored_and_checked() -> None:
    planner = Planner()
    at_once, whole = planner.explore(request()).answer, planner.plan(request())
    assert isinstance(at_once, Plan)
    assert isinstance(whole, Plan)
    assert at_once.verification is None
    assert whole.verification is not None
    simulated = {"sla_breaks_at_rate_per_s": whole.cluster.sla_breaks_at_rate_per_s, "sla_breaks_by": "simulation"}
    simulated["utilization"] = request().traffic.peak_per_s / whole.cluster.sla_breaks_at_rate_per_s
    assert whole.cluster == at_once.cluster.model_copy(update=simulated)
    assert whole.cluster.sla_breaks_at_rate_per_s > request().traffic.rate_per_s
    wider = planner.wider(at_once, request(), verify=False)
    start = [ReplicaStart(kind="replica", command=deploy_command(at_once.cluster))]
    assert planner.plan(request(), verify=False) == at_once.model_copy(update={"wider": wider, "start": start})


def test_a_cluster_carries_its_design_and_equals_itself_without() -> None:
    answer = Planner().plan(request(), verify=False)
    assert isinstance(answer, Plan)
    assert answer.cluster.design is not None
    assert answer.cluster.design.model.id == "Qwen/Qwen3-8B"
    read = Cluster.model_validate_json(answer.cluster.model_dump_json())
    assert read.design is None
    assert read == answer.cluster


def test_a_plan_of_a_model_in_a_file_is_simulated(tmp_path: Path, shared: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(
        (shared / "facts" / "configs" / "Qwen__Qwen3-8B.json").read_text(encoding="utf-8"), encoding="utf-8"
    )
    planner = Planner()
    answer, known = planner.plan(request(model=str(path))), planner.plan(request())
    assert isinstance(answer, Plan)
    assert isinstance(known, Plan)
    assert answer.verification is not None
    assert answer.cluster.cost.usd_per_hour == known.cluster.cost.usd_per_hour


def test_what_cannot_be_met_is_an_answer() -> None:
    planner = Planner()
    none = planner.plan(request(sla={"tpot_p95_s": 0.0001}))
    assert isinstance(none, Infeasible)
    assert "tpot_p95_s" in none.binding_limit
    small = Deployment("meta-llama/Llama-3.3-70B-Instruct", "L4", concurrency=1.0)
    answer = planner.estimate(small, Demand.simple(1000, 200))
    assert isinstance(answer, DoesNotFit)
    assert answer.missing_gib == pytest.approx(answer.sequence_gib - answer.kv_pool_gib)
    assert answer.missing_gib > 0


def test_a_deployment_is_estimated_and_simulated_alike() -> None:
    planner = Planner()
    deployment = Deployment("Qwen/Qwen3-8B", "L40S", rate_per_s=2.0)
    wanted = request(traffic={"rate_per_s": 2.0})
    estimate = planner.estimate(deployment, Demand.of(wanted))
    assert isinstance(estimate, Estimate)
    run = planner.simulate(wanted, deployment, Rehearsal(seconds=1800.0))
    assert run.tpot_s.mean == pytest.approx(estimate.latency.tpot_s.mean, rel=0.1)
    assert run.served == run.requests


def test_a_cluster_from_a_file_is_not_simulated_by_its_names() -> None:
    planner = Planner()
    answer = planner.plan(request(), verify=False)
    assert isinstance(answer, Plan)
    read = Plan.model_validate_json(answer.model_dump_json())
    with pytest.raises(InputError, match="plan its workload again"):
        planner.simulate(request(), read)


def test_the_example_runs() -> None:
    script = ROOT / "examples" / "plan_sweep_plot.py"
    done = subprocess.run([sys.executable, str(script)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "USD an hour of the cheapest cluster" in done.stdout
    assert "short of one sequence" in done.stdout
