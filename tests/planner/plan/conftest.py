"""One explored request."""

from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.plan.explore import Explored, explore
from tests.planner.conftest import chat_request


@pytest.fixture(scope="module")
def explored(catalogs: Catalogs) -> Explored:
    return explore(chat_request(), catalogs)
