from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from planner.physics.checked import checked, unchecked
from planner.physics.coefficient_parts import Host


def test_a_record_is_checked_by_whoever_makes_it_or_changes_it() -> None:
    host = checked(Host, step=500, sequence=2.0)
    assert repr(host) == "Host(step=500.0, sequence=2.0)"
    for wrong in ({"step": -1.0}, {"step": "500"}, {"sequence": float("inf")}):
        with pytest.raises(ValidationError, match=next(iter(wrong))):
            replace(host, **wrong)
    with pytest.raises(TypeError):
        checked(Host, step=500.0)


def test_a_record_of_the_package_is_equal_to_a_checked_one() -> None:
    host = unchecked(Host, step=500.0, sequence=2.0)
    assert (host, host.step_s) == (Host(500.0, 2.0), 5e-4)
    assert unchecked(Host, step=-1.0, sequence=2.0).step == -1.0
    with pytest.raises(ValidationError):
        replace(unchecked(Host, step=-1.0, sequence=2.0), sequence=3.0)
