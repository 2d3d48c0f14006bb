"""Whether an engine starts and lasts as it is told."""

from __future__ import annotations

import csv
from importlib import resources

import numpy as np
import pytest

from planner.answers import DoesNotFit
from planner.catalogs import Catalogs
from planner.cli.launch_line import as_started, estimated
from planner.deployment.estimate import estimate
from planner.deployment.refusal import MOST_CACHE, MOST_GRAPHS
from planner.evidence.log_tokens import captured_gib
from planner.evidence.memory import predict_row
from planner.evidence.stated import memory_unstated
from planner.evidence.table import number
from planner.export.reading.deployed import ReadLine, read_line
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment
from planner.physics.split import Split
from planner.planner import Planner
from planner.request.engine import EngineSettings
from planner.request.lengths import CHAT_INPUT, CHAT_OUTPUT
from planner.traffic.lengths import shape_of
from tests.planner.conftest import SEVENTY

DEMAND = Demand(shape_of(CHAT_INPUT), shape_of(CHAT_OUTPUT))


def ask(planner: Planner, d: Deployment, line: ReadLine | None = None) -> object:
    return estimated(planner, as_started(d, line), DEMAND, line)[0]


def test_a_width_that_a_line_leaves_open_is_the_smallest_that_holds_it(catalogs: Catalogs) -> None:
    planner = Planner(catalogs=catalogs)
    line = read_line(f"vllm serve {SEVENTY} -tp $TP --max-model-len 8192", catalogs)
    assert line.unsaid == "tp"
    named = Deployment(line.model, "H100 SXM", settings=line.settings, concurrency=1.0)
    answer, said = estimated(planner, as_started(named, line), DEMAND, line)
    assert getattr(answer, "replica").tp == 2  # noqa: B009
    assert said == ["the line does not say its tp: 2, the smallest that holds it"]
    stated = read_line(f"vllm serve {SEVENTY} -tp 1 --max-model-len 8192", catalogs)
    assert stated.unsaid == ""
    assert isinstance(ask(planner, named, stated), DoesNotFit)
    hub = "llama-server -hf ggml-org/gpt-oss-20b-GGUF -c 8192"
    assert read_line(hub, catalogs).unsaid == "pp"
    assert read_line(f"{hub} --tensor-split 1,1", catalogs).unsaid == ""
    assert read_line(f"CUDA_VISIBLE_DEVICES=0 {hub}", catalogs).unsaid == ""


@pytest.mark.parametrize(("context", "starts"), [(8192, True), (131_072, False)])
def test_a_context_beyond_the_cache_does_not_start(catalogs: Catalogs, context: int, starts: bool) -> None:
    named = Deployment(
        SEVENTY, "H100 SXM", split=Split(2), concurrency=1.0, starts=True,
        settings=EngineSettings(max_model_len=context, max_num_seqs=8),
    )  # fmt: skip
    answer = Planner(catalogs=catalogs).estimate(named, DEMAND)
    assert isinstance(answer, DoesNotFit) is not starts
    if isinstance(answer, DoesNotFit):
        assert answer.reason.startswith("does not start: its cache of")
        assert answer.kv_pool_gib < answer.sequence_gib


def test_graphs_beside_the_budget_need_room(catalogs: Catalogs) -> None:
    planner = Planner(catalogs=catalogs)
    full = EngineSettings(engine_version="0.5.4", memory_fraction=0.99, max_model_len=4096)
    answer = planner.estimate(Deployment(SEVENTY, "H100 SXM", split=Split(4), settings=full, concurrency=1.0,
                                         starts=True), DEMAND)  # fmt: skip
    assert isinstance(answer, DoesNotFit)
    assert answer.reason.startswith("runs out of memory: weights ")
    less = full.model_copy(update={"memory_fraction": 0.9})
    fits = planner.estimate(Deployment(SEVENTY, "H100 SXM", split=Split(4), settings=less, concurrency=1.0,
                                       starts=True), DEMAND)  # fmt: skip
    assert not isinstance(fits, DoesNotFit)


def test_the_margins_are_those_of_the_logs(catalogs: Catalogs, coefficients: Coefficients) -> None:
    """Nine of ten logs have no larger cache and no larger graphs than the prediction times the margin."""
    data = resources.files("planner.evidence.data")
    texts = [data.joinpath(name).read_text(encoding="utf-8") for name in ("memory.csv", "memory_2.csv")]
    rows = [row for text in texts for row in csv.DictReader(text.splitlines()) if row["engine"] == "vllm"]
    caches, graphs = [], []
    for row in rows:
        found, took = predict_row(row, catalogs, coefficients), captured_gib(row)
        pool, cache = number(found["pred_kv_gib"]), number(row["kv_cache_gib"])
        captured = number(found["pred_graphs_gib"])
        if pool and cache and pool > 0.0 and "KV pool" not in memory_unstated(row):
            caches.append(cache / pool)
        if captured and took:
            graphs.append(took / captured)
    for ratios, margin in ((caches, MOST_CACHE), (graphs, MOST_GRAPHS)):
        assert len(ratios) >= 15
        assert np.mean(np.array(ratios) <= margin) >= 0.85


# Sources that ran these: eugr/spark-vllm-docker README.md (read 2026-11-28).
RAN = [
    ("GB10", "vllm serve Salyut1/GLM-4.7-NVFP4 -tp 2 --gpu-memory-utilization 0.88 --max-model-len 32000"),
]


def status(gpu: str, line: str, catalogs: Catalogs, coefficients: Coefficients) -> str:
    read = read_line(line, catalogs)
    named = Deployment(
        read.model, gpu, read.weights, read.kv, read.engine, read.split, read.settings, concurrency=1.0, starts=True
    )
    return estimate(named, DEMAND, catalogs, coefficients).status


@pytest.mark.parametrize(("gpu", "line"), RAN)
def test_what_a_source_ran_is_not_refused(gpu: str, line: str, catalogs: Catalogs, coefficients: Coefficients) -> None:
    assert status(gpu, line, catalogs, coefficients) == "ok"


def test_a_context_far_beyond_the_cache_is_refused(catalogs: Catalogs, coefficients: Coefficients) -> None:
    line = "vllm serve Salyut1/GLM-4.7-NVFP4 -tp 2 --gpu-memory-utilization 0.88 --max-model-len 200000"
    assert status("GB10", line, catalogs, coefficients) == "does_not_fit"


OVERRUNS = {
    "sglang": ("python3 -m sglang.launch_server --model Qwen/Qwen3-32B --mem-fraction-static 0.995",
               "a smaller --mem-fraction-static, or --disable-cuda-graph, leaves room"),
    "vllm": ("vllm serve Qwen/Qwen3-32B --gpu-memory-utilization 0.999 --max-model-len 4096",
             "a smaller --gpu-memory-utilization, or --enforce-eager, leaves room"),
}  # fmt: skip


@pytest.mark.parametrize("engine", list(OVERRUNS))
def test_what_leaves_room_is_said_in_the_engines_own_words(
    engine: str, catalogs: Catalogs, coefficients: Coefficients
) -> None:
    line, said = OVERRUNS[engine]
    read = read_line(line, catalogs)
    named = Deployment(read.model, "H100", read.weights, read.kv, engine, read.split, read.settings, concurrency=1.0,
                       starts=True)  # fmt: skip
    found = estimate(named, DEMAND, catalogs, coefficients)
    assert isinstance(found, DoesNotFit)
    assert said in found.reason
