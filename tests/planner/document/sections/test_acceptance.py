"""The acceptance test."""

from __future__ import annotations

import shlex

import pytest

from planner.document.answers import Answers
from planner.document.record import Report
from planner.document.sections.acceptance import bench_command, prompts
from tests.planner.document.bent import NAMES
from tests.planner.document.sections.finding import column, texts


@pytest.mark.parametrize("model", NAMES.values())
def test_a_name_stays_one_word_of_the_command(model: str, small: Answers) -> None:
    words = shlex.split(bench_command(model, small.request)[0])
    assert words[words.index("--model") + 1] == model
    assert words[:3] == ["vllm", "bench", "serve"]


def test_the_run_is_at_the_peak_and_long_enough(small: Answers, made: Report) -> None:
    words = shlex.split(texts(made, "acceptance.bench")[0])
    assert float(words[words.index("--request-rate") + 1]) == pytest.approx(small.request.traffic.peak_per_s, rel=1e-5)
    assert int(words[words.index("--num-prompts") + 1]) == prompts(small.request) >= 1000


def test_limits_are_in_the_units_of_the_benchmark(made: Report, small: Answers) -> None:
    limits = column(made, "acceptance.limits.limit_ms")
    assert limits == pytest.approx([limit * 1e3 for limit in small.request.sla.values()])
    assert column(made, "acceptance.limits.line")[0] == "P95 TTFT (ms)"


def test_bursts_are_asked_for(small: Answers) -> None:
    traffic = small.request.traffic.model_copy(update={"cv": 2.0})
    words = shlex.split(bench_command("m", small.request.model_copy(update={"traffic": traffic}))[0])
    assert words[-2:] == ["--burstiness", "0.25"]
