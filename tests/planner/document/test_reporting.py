"""`planner.report`."""

from __future__ import annotations

import pytest

from planner.document.answers import Options
from planner.document.record import Report
from planner.errors import InputError
from planner.planner import Planner
from planner.tco.request import parse_tco
from tests.planner.document.conftest import SMALL
from tests.planner.tco.conftest import PRICES


def test_a_planner_makes_the_report_of_a_request(planner: Planner, made: Report) -> None:
    found = planner.report(*parse_tco(SMALL), prices=PRICES, options=Options(licences_usd_per_month=100.0))
    assert found == made


def test_what_is_no_request_is_refused_in_one_line(planner: Planner) -> None:
    with pytest.raises(InputError, match="request"):
        planner.report("chat.toml")  # type: ignore[arg-type]
