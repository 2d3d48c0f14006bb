from __future__ import annotations

import numpy as np
import pytest

from planner.fleet.candidates import purchases
from planner.fleet.question import PERIODS, FleetQuestion, question
from planner.fleet.request import parse_fleet
from planner.plan.context import Context
from tests.planner.fleet.conftest import BASE, CHAT, SCOPE


@pytest.fixture(scope="module")
def asked(context: Context) -> FleetQuestion:
    request = parse_fleet({**BASE, "limits": {"max_gpus": 12}})
    return question(request, purchases(request, context.catalogs, context.coefficients)[0], ["assumed"])


def test_every_purchase_is_a_column_and_every_workload_a_row(asked: FleetQuestion) -> None:
    p = asked.problem
    assert p.shape == (len(asked.bought), 2, 2)
    for i, bought in enumerate(asked.bought):
        assert p.usd_per_hour[i] == bought.usd_per_hour
        assert p.capacity[:, i].tolist() == list(bought.rate_per_s)
        assert asked.kinds[p.kind[i]] == bought.machine
        assert p.spot[i] == (bought.commitment == "spot")
    assert (p.max_gpus, p.max_usd_per_hour) == (12.0, np.inf)
    assert asked.texts == ["assumed"]


def test_hours_of_like_load_are_one_period_at_its_busiest(asked: FleetQuestion) -> None:
    """The chat runs at 1 and at 3 of its profile, half a day each: 3 and 9 a second about a mean of 6."""
    assert asked.periods == [list(range(12)), list(range(12, 24))]
    assert asked.problem.hours.tolist() == [0.5, 0.5]
    assert asked.problem.load[0].tolist() == pytest.approx([3.0, 9.0])
    assert asked.problem.load[1].tolist() == pytest.approx([0.5, 0.5])


def test_a_day_of_24_levels_has_no_more_periods_than_are_planned(context: Context) -> None:
    profile = [1.0 + hour for hour in range(24)]
    request = parse_fleet(
        {
            "workloads": [{**CHAT, "traffic": {"rate_per_s": 2.0, "profile": profile}}],
            "scope": {**SCOPE, "gpus": ["L4"]},
        }
    )
    asked = question(request, purchases(request, context.catalogs, context.coefficients)[0], [])
    assert len(asked.periods) == PERIODS
    assert sorted(hour for hours in asked.periods for hour in hours) == list(range(24))
    # Mean of 1 to 24 is 12.5: the busiest hour runs at 24 / 12.5 of the mean.
    assert asked.problem.load[0].max() == pytest.approx(2.0 * 24.0 / 12.5)
    assert (np.diff(asked.problem.load[0]) > 0).all()
