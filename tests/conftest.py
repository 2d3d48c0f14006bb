"""Catalogs are loaded once; the shared evidence folder is used where it exists."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardware_db.catalog import HardwareCatalog
from models_db.catalog import ModelCatalog
from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.plan.context import Context

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def catalogs() -> Catalogs:
    return Catalogs(ModelCatalog(), HardwareCatalog())


@pytest.fixture(scope="session")
def coefficients() -> Coefficients:
    return Coefficients.shipped()


@pytest.fixture(scope="session")
def context(catalogs: Catalogs, coefficients: Coefficients) -> Context:
    return Context(catalogs, coefficients)


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the shared evidence folder is not here")
    return SHARED
