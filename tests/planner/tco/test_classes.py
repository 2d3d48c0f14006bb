from __future__ import annotations

from typing import Any

import pytest

from planner.errors import InputError
from planner.plan.context import Context
from planner.tco.answer import Hybrid
from tests.planner.tco.conftest import scored

pytestmark = pytest.mark.usefixtures("crossings_of_the_same_machines")


def by_class(context: Context, *classes: dict[str, Any], **changes: Any) -> Hybrid:
    found = scored(context, classes=list(classes), benchmark="MMLU", **changes).hybrid_by_class
    assert found is not None
    return found


def test_private_classes_stay_and_clever_ones_go_where_the_score_is(context: Context) -> None:
    easy, hard = {"name": "easy", "share": 0.8}, {"name": "hard", "share": 0.1, "min_score": 90}
    secret = {"name": "secret", "share": 0.1, "private": True}
    found = {c.name: c for c in by_class(context, easy, hard, secret).classes}
    assert found["secret"].kind == "self-hosted"
    assert found["hard"].place == "a/clever"
    assert found["easy"].might_go_to[-1] == "a/plain"
    with pytest.raises(InputError, match=r"secret: no place may serve it.*may not leave"):
        by_class(context, {**secret, "share": 1.0, "min_score": 99})


def test_a_latency_that_is_not_stated_does_not_hold(context: Context) -> None:
    wanted = {"name": "all", "share": 1.0, "within_sla": True}
    assert by_class(context, wanted).classes[0].might_go_to[-1] == "a/clever"


def test_the_split_is_the_cheapest_assignment(context: Context) -> None:
    """Fewer places to choose from never cost less; one class alone costs what the cheapest place does."""
    classes = [{"name": n, "share": s} for n, s in (("x", 0.5), ("y", 0.3), ("z", 0.2))]
    free = by_class(context, *classes)
    assert by_class(context, *({**c, "private": True} for c in classes)).usd_per_month >= free.usd_per_month
    whole = scored(context, classes=[{"name": "all", "share": 1.0}])
    assert whole.hybrid_by_class is not None
    least = min(whole.self_hosting[0].usd_per_month, whole.apis[0].usd_per_month)
    assert whole.hybrid_by_class.usd_per_month == pytest.approx(least, abs=0.02)
    apis = sum(c.api_usd_per_month or 0.0 for c in free.classes)
    assert apis + sum(free.hosting_usd_per_month.values()) == pytest.approx(free.usd_per_month, abs=0.05)
