"""The closed form against the simulation on a few cells, its limits, and plans that were checked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.answers import Plan
from planner.catalogs import Catalogs
from planner.evidence.percentiles import GridCell, compare, grid, summary
from planner.evidence.replays import trial
from planner.formulas.distribution import Mixture, over_levels, shifted_lognormal_cdf, shifted_lognormal_quantile
from planner.formulas.queueing import many_server_wait, palm_excess, step_moments
from planner.physics.coefficients import Coefficients
from planner.plan.explore import plan
from planner.plan.verified import planned_and_checked
from planner.request.reading import parse_request

SHIPPED = Coefficients.shipped()


def test_the_grid_is_large_enough_and_a_sample_of_it_agrees() -> None:
    assert len(grid()) >= 200
    cells = [c for c in grid() if c.design[1] in ("H100 SXM", "B200") and c.load < 0.8 and c.cv == 1.0][::3]
    found = [r for r in (compare(c, 2500) for c in cells) if r is not None]
    rows = {row["figure"]: row for row in summary(found)}
    assert rows["all p50"]["median"] < 0.10
    assert rows["all p95"]["median"] < 0.12
    assert rows["all p99"]["median"] < 0.18


def test_a_cell_that_holds_too_little_is_left_out() -> None:
    design = ("meta-llama/Llama-3.1-8B-Instruct", "L4", "fp8", 1, "sglang")
    assert compare(GridCell(design, (120_000, 0.0, 5000, 0.0), 1.0, 0.5), 10) is None


@settings(max_examples=100, deadline=None)
@given(mean=st.floats(0.01, 100), cv=st.floats(0.01, 2), skew=st.floats(0.0, 8), q=st.floats(0.01, 0.99))
def test_quantile_and_cdf_are_inverse(mean: float, cv: float, skew: float, q: float) -> None:
    variance = (mean * cv) ** 2
    third = skew * variance**1.5
    value = shifted_lognormal_quantile(q, mean, variance, third)
    assert float(shifted_lognormal_cdf(value, mean, variance, third)) == pytest.approx(q, abs=1e-5)


def test_a_lognormal_is_met_exactly() -> None:
    sample = np.exp(np.random.default_rng(0).standard_normal(400_000) * 0.7)
    cv2 = np.expm1(0.49)
    mean, variance = np.exp(0.245), np.exp(0.49) * cv2
    third = (cv2**1.5 + 3 * cv2**0.5) * variance**1.5
    for q in (0.5, 0.95, 0.99):
        assert float(shifted_lognormal_quantile(q, mean, variance, third)) == pytest.approx(
            np.quantile(sample, q), rel=0.02
        )


def test_a_mixture_lies_between_its_parts() -> None:
    mix = Mixture(np.array([[0.5, 0.5]]), np.array([[1.0, 3.0]]), np.array([[0.01, 0.04]]), np.zeros((1, 2)))
    assert 1.0 < mix.quantile(0.5)[0] < 3.0
    assert mix.cdf(np.array([2.0]))[0] == pytest.approx(0.5, abs=1e-3)
    endless = Mixture(np.array([[0.9, 0.1]]), np.array([[1.0, np.inf]]), np.array([[0.01, np.inf]]), np.zeros((1, 2)))
    assert np.isfinite(endless.quantile(0.85)[0])
    assert np.isinf(endless.quantile(0.95)[0])


def test_an_even_wait_before_a_latency() -> None:
    rng = np.random.default_rng(3)
    sample = 2.0 + 0.3 * rng.standard_normal(400_000) + 5.0 * rng.random(400_000)
    mix = Mixture(np.ones((1, 1)), *(np.full((1, 1), v) for v in (2.0, 0.09, 0.0))).delayed(np.array([5.0]))
    assert mix.average[0] == pytest.approx(4.5)
    for q in (0.05, 0.5, 0.95, 0.99):
        assert mix.quantile(q)[0] == pytest.approx(np.quantile(sample, q), rel=0.03)


def test_levels_are_one_mixture() -> None:
    """Each level with its share; no rows at all are no mixtures, not an error."""
    rng = np.random.default_rng(1)
    share = np.array([[0.3], [0.7]])
    each = Mixture(np.ones((2, 3, 1)), *(rng.uniform(0.1, 1.0, (2, 3, 1)) for _ in range(3)))
    whole = over_levels(share, each)
    assert whole.weight.shape == (3, 2)
    assert whole.average == pytest.approx((share * each.mean[..., 0]).sum(axis=0))
    empty = over_levels(share, Mixture(*(np.ones((2, 0, 4)) for _ in range(4))))
    assert empty.mean.shape == (0, 8)


def test_bursts_bring_company_and_even_gaps_keep_it_away() -> None:
    assert palm_excess(1.0, rate_per_s=1.0, cv=1.0) == pytest.approx(0.0, abs=1e-6)
    assert palm_excess(1e5, rate_per_s=1.0, cv=3.0) == pytest.approx(4.0, rel=0.02)
    assert palm_excess(0.01, rate_per_s=1.0, cv=0.2) == pytest.approx(-0.01, rel=0.05)
    gaps = np.random.default_rng(1).gamma(0.25, 4.0, 400_000)
    times = np.cumsum(gaps)
    near = np.searchsorted(times, times + 0.5) - np.arange(len(times)) - 1
    assert palm_excess(0.5, rate_per_s=1.0, cv=2.0) == pytest.approx(near[: len(near) // 2].mean() - 0.5, rel=0.05)


def test_queues_at_their_limits() -> None:
    mean, variance, third = step_moments(0.01, rate_per_s=2.0, work_s=0.2, work2=0.05, work3=0.02)
    assert mean == pytest.approx(0.01 / 0.6)
    assert variance > 0
    assert third > 0
    busy, spread, slots = np.array([5.0]), np.array([5**0.5]), np.array([10.0])
    rates = {"utilization": np.array([0.5]), "drain_per_s": np.array([10.0]), "cv2": np.array([1.0])}
    chance, wait = many_server_wait(busy, spread, slots, **rates)
    assert float(chance[0]) == pytest.approx(0.036, abs=0.02)  # Erlang C of 10 servers with 5 busy
    assert float(wait[0]) == pytest.approx(0.2)


def test_the_winner_is_simulated_and_the_answer_says_so(catalogs: Catalogs) -> None:
    request = parse_request(
        {
            "model": "meta-llama/Llama-3.1-8B-Instruct", "traffic": {"rate_per_s": 20.0}, "scope": {"gpus": ["L4"]},
            "input_tokens": {"mean": 800}, "output_tokens": {"mean": 150}, "sla": {"ttft_p95_s": 2, "tpot_p95_s": 0.08},
        }
    )  # fmt: skip
    answer = planned_and_checked(request, catalogs, SHIPPED)
    assert isinstance(answer, Plan)
    check = answer.verification
    assert check is not None
    assert check.requests == check.served + check.refused_too_long + check.unfinished
    assert {c.key for c in check.sla} == {"ttft_p95_s", "tpot_p95_s"}
    assert all(c.holds for c in check.sla)
    plain = plan(request, catalogs, SHIPPED)
    assert isinstance(plain, Plan)
    assert answer.cluster.cost.usd_per_hour <= plain.cluster.cost.usd_per_hour * 1.3


def test_a_plan_from_the_fitted_trace_holds_in_the_trace(shared: Path) -> None:
    found = trial("azure-conversation", shared / "traces", 3)
    assert found is not None
    assert found.holds


def test_every_level_counts(catalogs: Catalogs) -> None:
    base = {"model": "Qwen/Qwen3-32B", "input_tokens": {"mean": 500}, "output_tokens": {"mean": 200},
            "sla": {"ttft_p95_s": 2, "tpot_p95_s": 0.06}}  # fmt: skip
    calm, busy = (
        plan(parse_request({**base, "traffic": {"rate_per_s": 30.0, **more}}), catalogs, SHIPPED)
        for more in ({}, {"levels": [[0.5, 0.8], [3.0, 0.2]], "window_s": 600})
    )
    assert isinstance(calm, Plan)
    assert isinstance(busy, Plan)
    assert busy.cluster.cost.usd_per_hour > calm.cluster.cost.usd_per_hour


def test_drafting_is_a_design_where_the_model_has_the_layers(catalogs: Catalogs) -> None:
    data = {"model": "deepseek-ai/DeepSeek-V3", "traffic": {"rate_per_s": 1.0}, "input_tokens": {"mean": 1000},
            "output_tokens": {"mean": 300}, "sla": {"tpot_p95_s": 0.05}, "scope": {"gpus": ["H200"]}}  # fmt: skip
    without = plan(parse_request(data), catalogs, SHIPPED)
    data["scope"] = {"gpus": ["H200"], "speculative": True}
    drafting = plan(parse_request(data), catalogs, SHIPPED)
    assert isinstance(without, Plan)
    assert isinstance(drafting, Plan)
    assert without.cluster.replica.draft_tokens == 0
    assert drafting.cluster.replica.draft_tokens == 3
    assert drafting.cluster.latency.tpot_s.p95 < without.cluster.latency.tpot_s.p95 * 1.001
