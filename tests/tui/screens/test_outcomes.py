from __future__ import annotations

from tui.catalogs import Adopted
from tui.compute import LANES, Failure
from tui.jobs import MoneyShare
from tui.screens.outcomes import (
    BY_LANE,
    BY_VALUE,
    Failed,
    NotPlanned,
    Planned,
    Priced,
    PricedInPart,
    RecordAdopted,
    outcome_of,
)


def test_every_lane_has_messages_of_its_own() -> None:
    assert {*BY_LANE, "catalog"} == set(LANES)
    messages = [*BY_LANE.values(), *BY_VALUE.values()]
    assert len(set(messages)) == len(messages)
    assert isinstance(outcome_of("plan", 1), Planned)
    assert isinstance(outcome_of("money", MoneyShare("looking", 1, 2, 3)), PricedInPart)
    assert isinstance(outcome_of("money", 1), Priced)
    assert isinstance(outcome_of("catalog", Adopted("mine-1 saved")), RecordAdopted)


def test_a_failure_names_its_lane() -> None:
    failed = outcome_of("money", Failure("no price"))
    assert isinstance(failed, Failed)
    assert isinstance(outcome_of("plan", Failure("no offer")), NotPlanned)
    assert (failed.lane, failed.value) == ("money", "no price")
