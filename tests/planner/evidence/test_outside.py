"""Points of sources that nothing was fitted to: none of them is in the box, and all of their names are understood."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from hardware_db.schema import Accelerator
from planner.catalogs import Catalogs
from planner.errors import PlannerError
from planner.evidence.points import read_point
from planner.evidence.serving import FITTED, SECOND, evidence_rows

OUTSIDE = Path(__file__).parents[2] / "benchmarks" / "outside.csv"
# Cards that the catalog does not have.
NOT_KNOWN: set[str] = set()


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with OUTSIDE.open(encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def test_no_source_is_in_the_box(rows: list[dict[str, str]]) -> None:
    held = {row["source"] for data in (FITTED, SECOND) for row in evidence_rows("ABC", data)}
    assert len(held) > 60
    assert not held & {row["source"] for row in rows}


def test_each_row_says_where_it_is_from(rows: list[dict[str, str]]) -> None:
    assert len({row["id"] for row in rows}) == len(rows) > 100
    assert all(row["ref"] and row["note"] and row["tier"] in ("A", "B") for row in rows)


def test_all_names_but_those_of_missing_cards_are_understood(rows: list[dict[str, str]], catalogs: Catalogs) -> None:
    refused = set()
    for row in rows:
        try:
            read_point(row, catalogs)
        except PlannerError:
            refused.add(row["gpu"])
    assert refused == NOT_KNOWN


@pytest.mark.parametrize(
    ("name", "card"),
    [("NVIDIA H20-3e", "h20-3e"), ("H20 141GB", "h20-3e"), ("H20", "h20"), ("Instinct MI100", "mi100")],
)
def test_cards_that_outside_sources_name(name: str, card: str, catalogs: Catalogs) -> None:
    assert catalogs.hardware.accelerator(name).id == card


def test_a_link_between_the_cards_of_a_host_is_not_read_as_pcie(catalogs: Catalogs) -> None:
    """A record that names NVLink or xGMI without a topology of its own would be joined over PCIe."""

    def over_pcie(gpu: Accelerator) -> bool:
        named = (gpu.scale_up_link or "").split(" ")[0]
        return named.startswith(("NVLink", "xGMI")) and gpu.joined.inside.kind.startswith("pcie")

    found = {gpu.id for gpu in catalogs.hardware.accelerators.values() if over_pcie(gpu)}
    assert not found
