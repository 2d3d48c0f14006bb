from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from planner.physics.basis import GROUNDS, Basis, ground_of, own_basis


@pytest.mark.parametrize("basis", [*GROUNDS, own_basis("2026-11-28", 1), own_basis("2026-11-28", 12)])
def test_a_basis_is_a_ground_or_the_users_own_runs(basis: str) -> None:
    assert TypeAdapter(Basis).validate_python(basis) == basis
    assert ground_of(basis) in GROUNDS


@pytest.mark.parametrize("text", ["guessed", "measured (yours)", "physics (yours, 2026-11-28, 12 points)", ""])
def test_no_other_text_is_one(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Basis).validate_python(text)


def test_one_point_is_no_plural() -> None:
    assert own_basis("2026-11-28", 1) == "measured (yours, 2026-11-28, 1 point)"
