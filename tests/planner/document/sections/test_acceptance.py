"""The acceptance test."""

from __future__ import annotations

import shlex

import pytest

from planner.answers import Plan
from planner.deployment.started import launch_of_plan
from planner.document.answers import Answers
from planner.document.record import Report
from planner.document.sections.acceptance import bench_command
from planner.export.bench import bench, load_of
from planner.export.commands import script as script_of
from tests.planner.document.bent import NAMES
from tests.planner.document.sections.finding import column, texts


@pytest.mark.parametrize("model", NAMES.values())
def test_a_name_stays_one_word_of_the_command(model: str, small: Answers) -> None:
    words = shlex.split(bench_command(model, small.request)[1])
    assert words[words.index("--model") + 1] == model
    assert words[:3] == ["vllm", "bench", "serve"]


def test_the_run_is_at_the_peak_and_long_enough(small: Answers, made: Report) -> None:
    words = shlex.split(texts(made, "acceptance.bench")[1])
    assert float(words[words.index("--request-rate") + 1]) == pytest.approx(small.request.traffic.peak_per_s, rel=1e-5)
    assert int(words[words.index("--num-prompts") + 1]) == load_of(small.request).requests >= 200


def test_limits_are_in_the_units_of_the_benchmark(made: Report, small: Answers) -> None:
    limits = column(made, "acceptance.limits.limit_ms")
    assert limits == pytest.approx([limit * 1e3 for limit in small.request.sla.values()])
    assert column(made, "acceptance.limits.line")[0] == "P95 TTFT (ms)"


def test_bursts_are_asked_for(small: Answers) -> None:
    traffic = small.request.traffic.model_copy(update={"cv": 2.0})
    words = shlex.split(bench_command("m", small.request.model_copy(update={"traffic": traffic}))[1])
    assert words[words.index("--burstiness") + 1] == "0.25"


def test_it_is_the_run_of_the_script_that_bench_writes(small: Answers, made: Report) -> None:
    assert isinstance(small.plan, Plan)
    script = bench(launch_of_plan(small.plan), small.request, ["vllm"])
    assert texts(made, "acceptance.bench")[1] in script.splitlines()
    started = script_of(launch_of_plan(small.plan)).splitlines()
    assert texts(made, "acceptance.start")[-1] == started[-1].removeprefix("CUDA_VISIBLE_DEVICES=0 ").removesuffix(" &")
