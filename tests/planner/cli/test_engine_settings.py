"""The engine's settings act from the question to the simulation, and do nothing where they are not given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planner import Planner
from planner.answers import Estimate, Plan
from planner.catalogs import Catalogs
from planner.cli.main import main
from planner.errors import InputError
from planner.export.commands import deploy_command
from planner.load.curves import curves
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.physics.design import Designs
from planner.physics.engines import configured, find_engine
from planner.physics.footprint import batched_tokens, footprint
from planner.physics.step import Load, StepModel
from planner.request.engine import EngineSettings
from planner.request.reading import parse_request
from planner.search.prepared import BATCH_LIMITS, batch_limits, prepare
from planner.simulation.simulated import clock_of

SHIPPED = Coefficients.shipped()
MODEL = "meta-llama/Llama-3.1-8B-Instruct"
ASKED: dict[str, Any] = {
    "model": MODEL, "traffic": {"rate_per_s": 20.0}, "input_tokens": {"mean": 3000}, "output_tokens": {"mean": 200},
    "sla": {"ttft_p95_s": 2.0, "tpot_p95_s": 0.06}, "scope": {"gpus": ["L40S", "H100"]},
}  # fmt: skip
FLAGS = ["--max-num-seqs", "24", "--max-num-batched-tokens", "1024", "--memory-fraction", "0.8", "--eager",
         "--engine-version", "0.10", "--max-model-len", "16000"]  # fmt: skip
TABLE = """[engine]
max_num_seqs = 24
max_num_batched_tokens = 1024
memory_fraction = 0.8
eager = true
engine_version = "0.10"
max_model_len = 16000
"""


def one(catalogs: Catalogs, **settings: Any) -> Designs:
    return one_design(Deployment(MODEL, "H100", settings=EngineSettings(**settings)), catalogs)[0]


def test_nothing_is_changed_by_what_is_not_set(catalogs: Catalogs) -> None:
    assert configured("vllm", EngineSettings()) == find_engine("vllm")
    assert batch_limits(one(catalogs)) is BATCH_LIMITS


def test_a_version_is_that_of_the_engine() -> None:
    old = configured("vllm", EngineSettings(engine_version="0.6.4"))
    assert not old.chunked_prefill
    assert configured("vllm", EngineSettings(engine_version="2025-07-22")).era == find_engine("vllm", "0.9").era


def test_the_token_budget_of_a_step_is_the_one_set(catalogs: Catalogs) -> None:
    few, many = one(catalogs, max_num_batched_tokens=256), one(catalogs, max_num_batched_tokens=65_536)
    assert batched_tokens(few).tolist() == [256.0]
    low, high = (footprint(d, SHIPPED, max_sequences=np.array([8.0])).activation.item() for d in (few, many))
    assert low < high
    demand = Demand.simple(2000, 100)
    assert curves(few, demand, SHIPPED).chunks.item() == 8.0
    assert clock_of(few, demand, SHIPPED, max_sequences=8).budget == 256


def test_a_memory_fraction_sizes_the_pool(catalogs: Catalogs) -> None:
    half, most = one(catalogs, memory_fraction=0.5), one(catalogs, memory_fraction=0.95)
    pools = [footprint(d, SHIPPED, max_sequences=np.array([8.0])) for d in (half, most)]
    assert (pools[1].kv_pool - pools[0].kv_pool).item() == pytest.approx(0.45 * pools[0].total.item())


def test_an_eager_engine_has_no_graphs_and_launches_from_the_host(catalogs: Catalogs) -> None:
    graphs, eager = one(catalogs), one(catalogs, eager=True)
    assert footprint(graphs, SHIPPED, max_sequences=np.array([8.0])).graphs.item() > 0.0
    assert footprint(eager, SHIPPED, max_sequences=np.array([8.0])).graphs.item() == 0.0
    load = Load(np.array([[16.0]]), 1000.0)
    slow, quick = (StepModel.of(d, SHIPPED).step(load).total_s.item() for d in (eager, graphs))
    assert slow > quick
    prompts = Load(np.array([[16.0]]), 1000.0, 512.0, 512.0)
    assert StepModel.of(eager, SHIPPED).step(prompts).total_s > StepModel.of(graphs, SHIPPED).step(prompts).total_s


@pytest.mark.parametrize(
    ("most", "limits"), [(100, [8, 32, 64, 100]), (8, [8]), (5, [5]), (4000, BATCH_LIMITS.tolist())]
)
def test_a_search_tries_no_batch_limit_above_the_one_set(catalogs: Catalogs, most: int, limits: list[float]) -> None:
    design = one(catalogs, max_num_seqs=most)
    assert sorted(set(batch_limits(design).tolist())) == limits
    assert prepare(design, Demand.simple(500, 100), SHIPPED).slots.max() <= most


def test_a_plan_runs_as_it_is_set(catalogs: Catalogs) -> None:
    settings = {"max_num_seqs": 20, "max_num_batched_tokens": 1024, "max_model_len": 16_000, "memory_fraction": 0.8}
    asked = {**ASKED, "traffic": {"rate_per_s": 16.0}, "scope": {"gpus": ["L40S"]}}
    planner = Planner(catalogs=catalogs)
    free = planner.plan(parse_request(asked), verify=False)
    answer = planner.plan(parse_request({**asked, "engine": {**settings, "eager": True}}))
    assert isinstance(answer, Plan)
    assert isinstance(free, Plan)
    replica = answer.cluster.replica
    assert replica.max_sequences <= 20 < free.cluster.replica.max_sequences
    assert replica.max_batched_tokens == 1024
    assert answer.cluster.cost.usd_per_hour > free.cluster.cost.usd_per_hour
    assert answer.verification is not None
    assert next(part.gib for part in answer.cluster.memory.parts if part.name == "cuda_graphs") == 0.0
    assert [text for text in answer.assumptions if text.startswith("engine settings: max_model_len 16000")]
    started = deploy_command(answer.cluster)[-1]
    for flag in ("--max-model-len 16000", "--gpu-memory-utilization 0.8", "--enforce-eager"):
        assert flag in started
        assert flag not in deploy_command(free.cluster)[-1]
    # The same planner keeps both answers apart.
    assert planner.plan(parse_request(asked), verify=False) == free


def test_a_deployment_is_estimated_as_it_is_set(catalogs: Catalogs) -> None:
    planner, demand = Planner(catalogs=catalogs), Demand.simple(1000, 200)
    free = planner.estimate(Deployment(MODEL, "H100", concurrency=64), demand)
    few = planner.estimate(Deployment(MODEL, "H100", settings=EngineSettings(max_num_seqs=4), concurrency=64), demand)
    assert isinstance(free, Estimate)
    assert isinstance(few, Estimate)
    assert few.latency.ttft_s.mean > free.latency.ttft_s.mean
    assert few.replica.max_sequences == 4


def test_longer_requests_are_refused_by_the_simulation(catalogs: Catalogs) -> None:
    planner = Planner(catalogs=catalogs)
    request = parse_request({**ASKED, "traffic": {"rate_per_s": 3.0}})
    run = [
        planner.simulate(request, Deployment(MODEL, "H100", settings=EngineSettings(max_model_len=length)))
        for length in (4000, None)
    ]
    assert run[0].refused_too_long > 0 == run[1].refused_too_long
    assert "requests longer than 4000 tokens are refused" in run[0].assumptions


@pytest.mark.parametrize(("length", "words"), [(1000, "of a mean request"), (1_000_000, "more than the context of")])
def test_a_length_that_cannot_be_is_an_input_error(catalogs: Catalogs, length: int, words: str) -> None:
    planner, settings = Planner(catalogs=catalogs), EngineSettings(max_model_len=length)
    request = parse_request({**ASKED, "engine": {"max_model_len": length}})
    for ask in (
        lambda: planner.plan(request),
        lambda: planner.quant(request),
        lambda: planner.estimate(Deployment(MODEL, "H100", settings=settings, rate_per_s=1.0), Demand.of(request)),
        lambda: planner.simulate(request, Deployment(MODEL, "H100", settings=settings)),
        lambda: planner.fit(MODEL, gpus=["H100"], context=5000, settings=settings),
    ):
        with pytest.raises(InputError, match=f"--max-model-len .*{words}|fit"):
            ask()


@pytest.mark.parametrize("command", ["plan", "quant", "estimate", "simulate", "fit"])
def test_a_table_in_a_file_equals_the_flags(capsys: pytest.CaptureFixture[str], command: str, tmp_path: Path) -> None:
    text = f'model = "{MODEL}"\n[traffic]\nrate_per_s = 0.5\n[input_tokens]\nmean = 900\n[scope]\ngpus = ["L40S"]\n'
    plain, whole = tmp_path / "plain.toml", tmp_path / "whole.toml"
    plain.write_text(text)
    whole.write_text(text + TABLE)
    more = {"plan": ["--no-verify"], "quant": ["--weights", "bf16"], "simulate": ["--duration", "60"]}.get(command, [])
    answers = []
    for args in (["-w", str(whole)], ["-w", str(plain), *FLAGS], ["-w", str(plain)]):
        code = main([command, *args, *more, "--format", "json"])
        captured = capsys.readouterr()
        # Eight sequences at once do not sustain the rate.
        assert code == ('"not_sustained"' in captured.out), captured.err
        answers.append(json.loads(captured.out))
    assert answers[0] == answers[1] != answers[2]
