from __future__ import annotations

import pytest

from planner import Planner
from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients


@pytest.fixture(scope="session")
def planner(catalogs: Catalogs, coefficients: Coefficients) -> Planner:
    return Planner(catalogs=catalogs, coefficients=coefficients)
