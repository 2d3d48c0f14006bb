"""The forecast in the columns of FOCUS."""

from __future__ import annotations

import csv
import io

import pytest

from planner.document.focus import COLUMNS, OWN, focus_csv
from planner.document.record import Report


def rows(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(focus_csv(report).decode("utf-8"))))


def test_all_columns_of_the_version_and_own_ones_with_their_prefix(made: Report) -> None:
    header = focus_csv(made).decode("utf-8").splitlines()[0].split(",")
    assert header == [*COLUMNS, *OWN]
    assert len(set(COLUMNS)) == 43
    assert list(COLUMNS) == sorted(COLUMNS)
    assert all(name.startswith("x_") for name in OWN)


def test_nothing_is_billed_and_every_row_says_that_it_is_a_forecast(reports: list[Report]) -> None:
    for report in (reports[0], reports[2]):
        for row in rows(report):
            assert row["BilledCost"] == "0"
            assert row["ChargeDescription"].startswith("Forecast, not billed")
            assert row["x_Forecast"] == "true"


def test_the_rows_add_up_to_the_cash_flow(made: Report) -> None:
    npv = next(figure for figure in made.figures() if figure.key == "decision.npv")
    table = next(table for table in made.tables() if f"{table.key}.npv" == npv.formula)
    total = [column.key for column in table.columns].index("cumulative")
    assert sum(float(row["EffectiveCost"]) for row in rows(made)) == pytest.approx(table.rows[-1][total], rel=1e-9)
    assert len({row["x_Month"] for row in rows(made)}) == len(table.rows)


def test_a_fleet_has_a_year_of_its_pools(fleet_made: Report) -> None:
    found = rows(fleet_made)
    assert len(found) == 12 * len(fleet_made.offers)
    usd = sum(float(row["EffectiveCost"]) for row in found)
    assert usd == pytest.approx(12 * (fleet_made.usd_per_month or 0.0), rel=1e-9)
