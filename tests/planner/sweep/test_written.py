from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.sweep.rows import FIGURES
from planner.sweep.written import MISSING, check, columns_of, csv_text, format_of, jsonl_text, write

SCENARIOS = [{"traffic.rate_per_s": 1.0, "scope.gpus": ["H100", "L4"]}, {"traffic.rate_per_s": 2.0}]
ROWS = [{"status": "feasible", "usd_per_hour": 1.25}, {"status": "error", "error": "=1+1"}]


def test_columns_are_keys_then_figures_of_equal_length() -> None:
    columns = columns_of(SCENARIOS, ROWS)
    assert tuple(columns) == ("traffic.rate_per_s", "scope.gpus", *FIGURES)
    assert columns["scope.gpus"] == ["H100+L4", None]
    assert {len(values) for values in columns.values()} == {2}


def test_both_texts_hold_the_same_rows() -> None:
    columns = columns_of(SCENARIOS, ROWS)
    table = list(csv.DictReader(csv_text(columns).splitlines()))
    lines = [json.loads(line) for line in jsonl_text(columns).splitlines()]
    assert [row["usd_per_hour"] for row in table] == ["1.25", ""]
    assert [row["usd_per_hour"] for row in lines] == [1.25, None]
    assert table[1]["error"] == "'=1+1"


def test_the_ending_tells_the_format(tmp_path: Path) -> None:
    assert format_of(Path("a.CSV")) == "csv"
    with pytest.raises(InputError, match=r"\.parquet"):
        format_of(Path("a.xlsx"))
    for name in ("a.csv", "a.jsonl"):
        check(tmp_path / name)
        write(columns_of(SCENARIOS, ROWS), tmp_path / name)
        assert (tmp_path / name).stat().st_size > 0


def test_parquet_needs_its_extra_or_holds_the_same_rows(tmp_path: Path) -> None:
    try:
        import pyarrow.parquet as parquet
    except ModuleNotFoundError:
        with pytest.raises(InputError) as error:
            check(tmp_path / "a.parquet")
        assert str(error.value) == MISSING
        return
    write(columns_of(SCENARIOS, ROWS), tmp_path / "a.parquet")
    assert parquet.read_table(tmp_path / "a.parquet").to_pydict() == columns_of(SCENARIOS, ROWS)


def test_keys_are_cells_like_others() -> None:
    header = csv_text(columns_of([{"=cmd()": 1, "\x1b[31mred": 2}], ROWS[:1])).splitlines()[0]
    assert header.startswith("'=cmd(),?[31mred,status,")
