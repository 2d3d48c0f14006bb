"""Work beside the caller."""

from __future__ import annotations

import os

import pytest

from planner.document.aside import Aside
from planner.errors import InputError


def _fails() -> int:
    raise InputError("model: not known")


@pytest.mark.parametrize("wanted", [True, False])
def test_the_answer_and_the_error_are_those_of_the_function(wanted: bool) -> None:
    assert Aside(lambda: 41 + 1, wanted=wanted).result() == 42
    with pytest.raises(InputError, match="model: not known"):
        Aside(_fails, wanted=wanted).result()


def test_a_process_that_ends_without_an_answer_is_made_up_for_here() -> None:
    here = os.getpid()

    def ends_there() -> int:
        if os.getpid() != here:
            os._exit(1)
        return here

    assert Aside(ends_there).result() == here
