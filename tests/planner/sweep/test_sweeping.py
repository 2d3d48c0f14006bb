from __future__ import annotations

from pathlib import Path

import pytest

from planner import InputError, Planner
from tests.planner.sweep.conftest import BASE, DAY


def test_python_gets_columns(tmp_path: Path) -> None:
    asked = [{"traffic.rate_per_s": 1.0}, {"traffic.rate_per_s": 4.0}]
    columns = Planner(today=DAY).sweep(BASE, asked, jobs=1, out=tmp_path / "a.csv")
    assert columns["traffic.rate_per_s"] == [1.0, 4.0]
    assert columns["usd_per_hour"][0] <= columns["usd_per_hour"][1]
    assert (tmp_path / "a.csv").read_text().count("\n") == 3


def test_another_ending_is_refused_before_there_is_work(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--out"):
        Planner(today=DAY).sweep(BASE, [{}], out=tmp_path / "a.txt")
    with pytest.raises(InputError, match="jobs"):
        Planner(today=DAY).sweep(BASE, [{}], jobs=0)


@pytest.mark.parametrize("scenario", [{"traffic.rate_per_s": float("inf")}, {"\udfff": 1.0}, {"model": "\ud800"}])
def test_what_no_file_can_hold_is_refused_before_there_is_work(tmp_path: Path, scenario: dict[str, object]) -> None:
    with pytest.raises(InputError, match="scenarios: 2"):
        Planner(today=DAY).sweep(BASE, [{}, scenario], out=tmp_path / "a.jsonl")
    assert list(tmp_path.iterdir()) == []
