from __future__ import annotations

import pytest
from pydantic import ValidationError

from planner.request.engine import EngineSettings
from planner.request.memory import MemorySettings


def test_only_what_is_set_is_said() -> None:
    assert MemorySettings().text() == ""
    assert MemorySettings(prefix_caching=True, state_slots=360).text() == "prefix_caching True, state_slots 360"
    said = EngineSettings(memory=MemorySettings(window_ratio=0.25)).texts()
    assert said == ["memory settings: window_ratio 0.25"]


@pytest.mark.parametrize(
    "bad", [{"state_ratio": 0}, {"window_ratio": 1.5}, {"state_type": "fp8"}, {"adapters": -1}, {"capture_size": 0}]
)
def test_what_no_engine_takes_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MemorySettings.model_validate(bad)
