"""Logs beside their estimates, and the setting that explains what differs."""

from __future__ import annotations

import pytest

from planner import Planner
from planner.deployment.log_deployment import Stated
from planner.errors import InputError, PlannerError
from planner.request.engine import EngineSettings
from tests.planner.deployment.logs import printed
from tests.planner.logs.samples import ALL

LLAMA, NEXT = "meta-llama/Llama-3.1-8B", "Qwen/Qwen3-Next-80B-A3B-Instruct"


@pytest.fixture(scope="module")
def planner() -> Planner:
    return Planner()


def stated(model: str, gpu: str, *, widths: dict[str, int] | None = None, **settings: object) -> Stated:
    own = EngineSettings.model_validate(settings)
    return Stated(model=model, gpu=gpu, widths=widths or {}, settings=own)


AGREEING = [
    (LLAMA, "H100", "vllm", 1, {"engine_version": "0.7.3", "max_num_seqs": 256, "max_num_batched_tokens": 8192}),
    (LLAMA, "H100", "vllm", 2, {"engine_version": "0.11", "max_num_seqs": 128}),
    (NEXT, "H200", "vllm", 2, {"max_num_seqs": 64, "max_model_len": 65536}),
    (LLAMA, "H100", "tensorrt-llm", 1, {"max_num_seqs": 64}),
    (LLAMA, "H100", "sglang", 1, {}),
    (NEXT, "H200", "sglang", 2, {}),
]


@pytest.mark.parametrize(("model", "gpu", "engine", "tp", "settings"), AGREEING)
def test_what_an_estimate_prints_agrees_with_it(
    model: str, gpu: str, engine: str, tp: int, settings: dict[str, object], planner: Planner
) -> None:
    text = printed(planner, model, gpu, engine, tp=tp, **settings)
    answer = planner.explain_log(text, stated(model, gpu, widths={"tp": tp}, **settings))
    assert answer.status == "agrees", answer.figures
    assert answer.figures
    assert answer.tried == 0


# What was started otherwise than is stated, and the words that must be found.
HIDDEN = [
    ("0.9", {"memory_fraction": 0.8}, "--memory-fraction 0.8"),
    ("0.11", {"eager": True}, "--eager"),
    ("0.11", {"max_num_batched_tokens": 32768}, "--max-num-batched-tokens 32768"),
]


@pytest.mark.parametrize(("version", "hidden", "found"), HIDDEN)
def test_the_one_setting_that_is_another_is_named(
    version: str, hidden: dict[str, object], found: str, planner: Planner
) -> None:
    known: dict[str, object] = {"engine_version": version, "max_num_seqs": 256}
    text = printed(planner, LLAMA, "H100", **known, **hidden)  # type: ignore[arg-type]
    answer = planner.explain_log(text, stated(LLAMA, "H100", **known))
    assert answer.status == "differs"
    assert found in {figure.explained_by for figure in answer.figures}


def test_the_context_is_that_of_the_concurrency(planner: Planner) -> None:
    known: dict[str, object] = {"engine_version": "0.11", "max_num_seqs": 256}
    text = printed(planner, LLAMA, "H100", max_model_len=16384, **known)  # type: ignore[arg-type]
    assert planner.explain_log(text, stated(LLAMA, "H100", **known)).status == "agrees"


def test_a_format_of_the_weights_is_named(planner: Planner) -> None:
    text = printed(planner, LLAMA, "H100", weights="fp8", max_num_seqs=256, engine_version="0.11")
    answer = planner.explain_log(text, stated(LLAMA, "H100", max_num_seqs=256, engine_version="0.11"))
    weights = next(figure for figure in answer.figures if figure.name == "weights")
    assert weights.explained_by.startswith("--weights ")
    assert weights.difference_pct > 50


def test_a_cut_is_named(planner: Planner) -> None:
    text = printed(planner, LLAMA, "H100", tp=4, max_num_seqs=256, engine_version="0.11")
    answer = planner.explain_log(text, stated(LLAMA, "H100", max_num_seqs=256, engine_version="0.11"))
    assert "--tp 4" in {figure.explained_by for figure in answer.figures}


def test_what_the_log_states_is_not_tried(planner: Planner) -> None:
    text = printed(planner, LLAMA, "H100", max_num_seqs=256, engine_version="0.11")
    text = text.replace("Available KV cache memory: 5", "Available KV cache memory: 4")
    answer = planner.explain_log(text, stated(LLAMA, "H100", max_num_seqs=256, engine_version="0.11"))
    assert answer.status == "differs"
    assert not any("--memory-fraction" in figure.explained_by for figure in answer.figures)


@pytest.mark.parametrize(("given", "flag"), [(Stated(), "--model"), (Stated(model=LLAMA), "--gpu")])
def test_what_is_missing_is_asked_for_by_its_flag(given: Stated, flag: str, planner: Planner) -> None:
    with pytest.raises(InputError, match=f"give {flag}"):
        planner.explain_log(ALL["v0"], given)


@pytest.mark.parametrize("name", ALL)
def test_every_sample_is_explained_or_refused_in_one_line(name: str, planner: Planner) -> None:
    given = Stated(model="Qwen/Qwen3-8B", gpu="L40S", weights="gguf_q4_k_m" if name == "llamacpp" else None)
    try:
        found = planner.explain_log(ALL[name], given).model_dump_json()
    except PlannerError as error:
        found = str(error)
    assert found.isprintable()
