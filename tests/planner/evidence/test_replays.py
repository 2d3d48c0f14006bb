from __future__ import annotations

from pathlib import Path

import pytest

from planner.evidence.replays import trial
from tests.consistency.drawn import TORTURE


@pytest.mark.skipif(not TORTURE, reason="fifteen seconds of simulation: with GPUPLAN_TORTURE=1")
def test_a_plan_from_the_fitted_trace_holds_in_the_trace(shared: Path) -> None:
    found = trial("azure-conversation", shared / "traces", 3)
    assert found is not None
    assert found.holds
