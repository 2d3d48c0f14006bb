from __future__ import annotations

import numpy as np
import pytest

from planner.plan.context import Context
from tests.planner.tco.conftest import scored

pytestmark = pytest.mark.usefixtures("crossings_of_the_same_machines")


def test_months_add_up_and_a_ramp_costs_less(context: Context) -> None:
    flat, ramp = scored(context, months=12), scored(context, months=12, ramp_months=6)
    apis = 0
    for row in flat.horizon.rows:
        assert sum(row.usd_by_month) == pytest.approx(row.usd, abs=0.1)
        if row.kind == "API":
            apis += 1
            api = next(a for a in flat.apis if a.name == row.name)
            assert row.usd_by_month == pytest.approx([api.usd_per_month] * 12, abs=0.02)
    assert apis == len(flat.apis) > 0
    usd = {row.name: row.usd for row in ramp.horizon.rows}
    assert all(usd[row.name] <= row.usd + 1e-6 for row in flat.horizon.rows)
    assert ramp.horizon.requests_per_s[0] < ramp.horizon.requests_per_s[-1]
    owned = next(row for row in ramp.horizon.rows if row.name == "owned")
    assert (np.diff(owned.usd_by_month) >= -1e-6).all()
