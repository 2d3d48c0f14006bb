from __future__ import annotations

import pytest

from planner.answers import Plan, SlaCheck
from planner.physics.coefficients import Coefficients
from planner.physics.confidence import CENTRAL
from planner.plan.checks import BREAK_RUNS, BREAK_STEP, Checker, breaking_rate
from planner.planner import Planner
from planner.request.reading import parse_request


@pytest.mark.parametrize("truth", [7.9, 8.3, 10.0, 13.0, 20.0])
@pytest.mark.parametrize("asked", [2.0, 7.5])
def test_the_rate_that_breaks_is_found_to_a_step_whatever_the_rate_asked(truth: float, asked: float) -> None:
    runs = []

    def holds(rate: float) -> bool:
        runs.append(rate)
        return rate < truth

    found = breaking_rate(holds, 9.0, asked)
    assert found is not None
    assert found == pytest.approx(truth, rel=BREAK_STEP - 1.0)
    assert len(runs) <= BREAK_RUNS


def test_where_it_is_too_far_to_find_nothing_is_said() -> None:
    assert breaking_rate(lambda rate: True, 1.0, 0.5) is None


BURSTY = parse_request(
    {
        "model": "meta-llama/Llama-3.3-70B-Instruct", "traffic": {"preset": "azure-conversation", "rate_per_s": 0.5},
        "sla": {"ttft_p95_s": 3.0, "tpot_p95_s": 0.12}, "scope": {"gpus": ["L40S"]},
    }
)  # fmt: skip


def check(value_s: float, idle_s: float | None) -> SlaCheck:
    return SlaCheck(
        key="ttft_p95_s", limit_s=2.0, value_s=value_s, allowed_share=0.05, missed_share=0.01, holds=True, idle_s=idle_s
    )


def test_of_a_limit_bursts_may_use_a_share_of_what_is_above_the_figure_without_load() -> None:
    """1.5 s without load under a limit of 2 s: 0.7 x 2 = 1.4 s leaves nothing, 1.5 + 0.7 x 0.5 = 1.85 s does."""
    checker = Checker(BURSTY, Coefficients.shipped())
    assert checker.keeps(check(1.84, 1.5))
    assert not checker.keeps(check(1.86, 1.5))
    assert not checker.keeps(check(1.84, 0.1))
    assert checker.keeps(check(1.39, None))


def test_a_run_under_a_rate_that_varies_knows_the_figures_without_load() -> None:
    planner = Planner()
    plan = planner.plan(BURSTY, verify=False)
    assert isinstance(plan, Plan)
    run = Checker(BURSTY, planner.coefficients).run(plan.cluster, requests=500)
    for found in run.sla:
        assert found.idle_s is not None
        assert 0.2 * found.value_s < found.idle_s < found.value_s


def test_where_the_rate_varies_one_run_is_six_times_as_long_and_its_verdict_is_one() -> None:
    """Each of six draws had to hold for itself, so that the worst forty minutes decided what hours of traffic do."""
    planner = Planner()
    plan = planner.plan(BURSTY, verify=False)
    assert isinstance(plan, Plan)
    checker = Checker(BURSTY, planner.coefficients)
    run = checker.run(plan.cluster, requests=500)
    plain = BURSTY.model_copy(update={"traffic": BURSTY.traffic.model_copy(update={"levels": ()})})
    short = Checker(plain, planner.coefficients).run(plan.cluster, requests=500)
    assert run.drawn_s == 6 * (short.drawn_s or 0.0)


def test_designs_that_are_too_slow_even_when_idle_are_told_from_those_that_wait() -> None:
    planner = Planner()
    bursts = parse_request(
        {
            "model": "Qwen/Qwen3-8B", "traffic": {"rate_per_s": 6.0, "cv": 4.0}, "sla": {"ttft_p95_s": 0.4},
            "input_tokens": {"mean": 1500}, "output_tokens": {"mean": 150}, "scope": {"gpus": ["L40S"]},
        }
    )  # fmt: skip
    plan = planner.plan(bursts, verify=False)
    assert isinstance(plan, Plan)
    one = plan.cluster.model_copy(update={"replicas": 1}).carrying(plan.cluster.design)
    checker = Checker(bursts, planner.coefficients)
    assert checker.held(one) is None
    assert not checker.hopeless(one)
    tight = bursts.model_copy(update={"sla": {"ttft_p95_s": 0.01}})
    assert Checker(tight, planner.coefficients).hopeless(one)


def test_figures_without_load_are_of_lengths_that_do_not_drift() -> None:
    """In a run as long as one idle request after another takes, lengths that drift over minutes are more than are
    drawn; how long they are alone is the same."""
    planner = Planner()
    plan = planner.plan(BURSTY, verify=False)
    assert isinstance(plan, Plan)
    traffic = BURSTY.traffic.model_copy(update={"drift": (0.5, 0.5), "drift_s": 1e-3})
    drifting = BURSTY.model_copy(update={"traffic": traffic})
    still = BURSTY.model_copy(update={"traffic": traffic.model_copy(update={"drift": (0.0, 0.0)})})
    found = [Checker(one, planner.coefficients).undisturbed(plan.cluster, CENTRAL) for one in (drifting, still)]
    assert found[0] == found[1]
    assert set(found[0]) == {"ttft_p95_s", "tpot_p95_s"}
