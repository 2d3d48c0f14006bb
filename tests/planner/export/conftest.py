"""The argument lists and schemas of targets, and the records of the questions."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Protocol

import pytest

from planner.catalogs import Catalogs
from planner.export.launch import Launch
from planner.physics.coefficients import Coefficients
from tests.planner.export import questions


class Launches(Protocol):
    def __call__(self, name: str) -> Launch: ...


@pytest.fixture(scope="session")
def launches(catalogs: Catalogs, coefficients: Coefficients) -> Launches:
    """The record of a question by its name, made once."""

    @cache
    def made(name: str) -> Launch:
        return questions.launch(name, catalogs, coefficients)

    return made


@pytest.fixture
def schemas(shared: Path) -> Path:
    found = shared / "schemas"
    if not found.is_dir():
        pytest.skip("the schemas of targets are not here")
    return found
