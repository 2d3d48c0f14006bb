"""Models of the catalog by name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models_db.catalog import ModelCatalog
from models_db.schema import Model


@pytest.fixture(scope="session")
def named() -> Callable[[str], Model]:
    catalog = ModelCatalog()
    return lambda name: catalog.find(name).model
