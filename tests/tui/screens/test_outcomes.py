from __future__ import annotations

from tui.compute import LANES, Failure
from tui.screens.outcomes import BY_LANE, Failed, Planned, outcome_of


def test_every_lane_has_a_message_of_its_own() -> None:
    assert set(BY_LANE) == set(LANES)
    assert len(set(BY_LANE.values())) == len(LANES)
    assert isinstance(outcome_of("plan", 1), Planned)


def test_a_failure_names_its_lane() -> None:
    failed = outcome_of("money", Failure("no price"))
    assert isinstance(failed, Failed)
    assert (failed.lane, failed.value) == ("money", "no price")
