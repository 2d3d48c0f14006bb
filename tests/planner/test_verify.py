"""Plans that the simulation agrees with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner.answers import Plan
from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.plan.explore import plan
from planner.plan.verified import planned_and_checked
from planner.request.reading import parse_request, read_request

SHIPPED = Coefficients.shipped()

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "chat-70b.toml"
NEAR: dict[str, Any] = {
    "model": "Qwen/Qwen2.5-7B-Instruct", "traffic": {"rate_per_s": 20.0}, "input_tokens": {"mean": 900},
    "output_tokens": {"mean": 150}, "scope": {"gpus": ["L40S", "H100"]}, "sla": {"tpot_p95_s": 0.03},
}  # fmt: skip


@pytest.mark.parametrize("seed", [0, 1])
def test_where_the_simulation_breaks_a_limit_another_plan_is_made(catalogs: Catalogs, seed: int) -> None:
    for request in (read_request(EXAMPLE), parse_request(NEAR)):
        plain, checked = plan(request, catalogs, SHIPPED), planned_and_checked(request, catalogs, SHIPPED, seed=seed)
        assert isinstance(plain, Plan)
        assert isinstance(checked, Plan)
        assert checked.verification is not None
        assert all(check.holds for check in checked.verification.sla)
        said = [text for text in checked.assumptions if "broke" in text]
        dearer = checked.cluster.cost.usd_per_hour > plain.cluster.cost.usd_per_hour
        assert bool(said) >= dearer
