from __future__ import annotations

from planner.errors import HardwareError, InputError, ModelError, PlannerError, closest


def test_every_error_of_bad_input_has_one_base() -> None:
    for kind in (InputError, HardwareError, ModelError):
        assert issubclass(kind, PlannerError)
        assert issubclass(kind, ValueError)


def test_the_nearest_names_come_first_and_are_three_at_most() -> None:
    assert closest("H10", ["L4", "A100", "H100", "H200", "T4"])[0] == "H100"
    assert len(closest("x", ["a", "b", "c", "d"])) == 3
