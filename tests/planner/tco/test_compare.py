from __future__ import annotations

from planner.plan.context import Context
from planner.tco.answer import TcoAnswer
from tests.planner.tco.conftest import answered


def test_break_even_lies_where_costs_cross(base: TcoAnswer) -> None:
    even = {b.api: b for b in base.break_even}
    assert even["a/dear"].tokens_per_month is not None
    assert even["a/cheap"].tokens_per_month is not None
    assert even["a/cheap"].tokens_per_month > even["a/dear"].tokens_per_month
    for name, found in even.items():
        assert found.tokens_per_month is not None
        above = [p for p in base.curve if p.tokens_per_month > 1.2 * found.tokens_per_month]
        below = [p for p in base.curve if p.tokens_per_month < 0.8 * found.tokens_per_month]
        assert above
        assert below
        assert all(p.self_hosted_usd < p.api_usd[name] for p in above)
        assert all(p.self_hosted_usd > p.api_usd[name] for p in below)


def test_risk_and_sensitivity_are_ordered_and_repeatable(base: TcoAnswer, context: Context) -> None:
    for risk in (base.self_hosted_risk, base.api_risk):
        assert risk.p10 <= risk.p50 <= risk.p90
    swings = [abs(s.usd_at_high - s.usd_at_low) for s in base.sensitivity]
    assert swings == sorted(swings, reverse=True)
    assert answered(context) == base
