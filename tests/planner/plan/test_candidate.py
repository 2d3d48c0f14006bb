from __future__ import annotations

import numpy as np
import pytest

from planner.plan.candidate import details
from planner.plan.explore import Explored
from planner.plan.shortlist import shortlist


def test_latency_grows_with_the_load_up_to_saturation(explored: Explored) -> None:
    for entry in shortlist(explored)[::20]:
        found = details(explored, entry.index)
        load = found.load
        for curve in (load.ttft_p95_s, load.tpot_p95_s):
            assert (np.diff(curve) >= -1e-9 * np.array(curve[1:])).all()
        assert load.asked_per_s <= load.breaks_at * (1 + 1e-6)
        assert load.breaks_at <= load.saturates_at * (1 + 1e-6)
        assert found.decode.total_ms == pytest.approx(sum(t.ms for t in found.decode.terms))
        assert found.loses_on
