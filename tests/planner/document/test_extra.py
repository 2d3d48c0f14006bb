"""The extra's libraries."""

from __future__ import annotations

import sys

import pytest

from planner.document.extra import PACKAGES, needed
from planner.errors import InputError


@pytest.mark.parametrize("module", PACKAGES)
def test_a_library_that_is_missing_is_one_line_with_the_extra(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InputError, match=r"pip install 'gpuplan\[report\]'") as told:
        needed(module)
    assert PACKAGES[module] in str(told.value)
    assert "\n" not in str(told.value)
