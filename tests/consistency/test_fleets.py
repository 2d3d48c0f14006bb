"""The same fleet, to the byte, whenever it is asked for."""

from __future__ import annotations

from pathlib import Path

from planner import Planner
from planner.fleet.request import read_fleet
from tests.consistency.drawn import TORTURE

EXAMPLE = Path(__file__).parents[2] / "examples" / "fleet.toml"


def test_a_fleet_is_the_same_to_the_byte() -> None:
    """Five different files of ten stood for one question, as the solver stopped by the clock."""
    answers = {Planner().fleet(read_fleet(EXAMPLE)).model_dump_json() for _ in range(10 if TORTURE else 2)}
    assert len(answers) == 1
