from __future__ import annotations

from planner import Planner, parse_request
from planner.answers import Plan
from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.plan.assumptions import assumptions
from planner.request.lengths import DEFAULT_CV
from tests.planner.conftest import SEVENTY, chat_request

SMALL = {
    "model": "Qwen/Qwen3-8B", "input_tokens": {"mean": 500}, "output_tokens": {"mean": 100},
    "sla": {"ttft_p95_s": 2.0}, "scope": {"gpus": ["A100 SXM 80GB"]},
}  # fmt: skip


def test_what_was_not_stated_is_said_to_be_assumed(catalogs: Catalogs, coefficients: Coefficients) -> None:
    model = catalogs.models.find(SEVENTY).model
    silent = " | ".join(assumptions(chat_request(), model, coefficients))
    stated = " | ".join(assumptions(chat_request(input_tokens={"mean": 1155, "cv": 0.5}), model, coefficients))
    assert silent.count(f"(CV {DEFAULT_CV} assumed)") == 2
    assert stated.count(f"(CV {DEFAULT_CV} assumed)") == 1
    assert "CV 0.50" in stated
    assert f"{coefficients.caution(0.9, 'physics'):.2f} (physics)" in " | ".join(
        assumptions(chat_request(confidence=0.9), model, coefficients)
    )


def test_layers_that_draft_are_named(catalogs: Catalogs, coefficients: Coefficients) -> None:
    model = catalogs.models.find("deepseek-ai/DeepSeek-V3").model
    off, on = (
        assumptions(chat_request(model=model.id, scope={"speculative": asked}), model, coefficients)[-1]
        for asked in (False, True)
    )
    assert "are not loaded" in off
    assert "a step yields" in on


def test_a_burst_that_was_not_simulated_is_said_to_break_at_an_unknown_rate() -> None:
    for cv, said in ((3.0, True), (1.0, False)):
        asked = parse_request(SMALL | {"traffic": {"rate_per_s": 1.0, "cv": cv}})
        answer = Planner().plan(asked, verify=False)
        assert isinstance(answer, Plan)
        assert any("known only by simulation;" in text for text in answer.assumptions) == said


def test_growth_counts_up_to_a_horizon_and_is_said_not_to_without_one(
    catalogs: Catalogs, coefficients: Coefficients
) -> None:
    model = catalogs.models.find(SEVENTY).model
    grows = {"rate_per_s": 4.0, "growth_per_year": 0.5}
    today, later, still = (
        " | ".join(assumptions(chat_request(traffic=traffic), model, coefficients))
        for traffic in (grows, grows | {"horizon_months": 24.0}, {"rate_per_s": 4.0, "profile": [1] * 12 + [2] * 12})
    )
    assert "sized for today: growth of 50% a year counts where traffic.horizon_months says" in today
    assert "busiest hour after 24 months of growth: 9 requests a second" in later
    assert "busiest hour: " in still
    assert "growth" not in still
