from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from planner.catalogs import Catalogs
from planner.physics.own import OwnFactors
from planner.sweep.digest import digest
from planner.sweep.run import SweepWork

SCENARIOS = [{"traffic.rate_per_s": 1.0}]


def test_the_day_does_not_count_and_what_rows_depend_on_does(work: SweepWork) -> None:
    first = digest(work, SCENARIOS)
    assert digest(replace(work, day=date(2027, 1, 1)), SCENARIOS) == first
    own = OwnFactors({("own", "l40s @ vllm", "all"): 1.5}, ())
    others = [
        digest(work, [{"traffic.rate_per_s": 2.0}]), digest(work, SCENARIOS * 2),
        digest(replace(work, simulate=True), SCENARIOS), digest(replace(work, base={"model": "a/b"}), SCENARIOS),
        digest(replace(work, coefficients=work.coefficients.with_own(own)), SCENARIOS),
    ]  # fmt: skip
    assert len({first, *others}) == 6


@pytest.mark.parametrize("name", ["prices/own.csv", "calibrations/0001.json", "models/a.toml", "accelerators/a.toml",
                                  "updates/a.csv", "topologies/a.toml"])  # fmt: skip
def test_every_record_of_the_users_catalog_counts_by_its_content(work: SweepWork, tmp_path: Path, name: str) -> None:
    work = replace(work, catalogs=Catalogs.read(tmp_path))
    path = tmp_path / name
    path.parent.mkdir()
    found: list[str] = []
    steps: list[Callable[[], object]] = [lambda: None, lambda: path.write_text("a"), lambda: path.write_text("b")]
    for step in steps:
        step()
        found.append(digest(work, SCENARIOS))
    assert len(set(found)) == 3
    assert digest(work, SCENARIOS) == found[-1]


def test_the_same_catalog_in_another_folder_is_the_same_sweep(work: SweepWork, tmp_path: Path) -> None:
    found = set()
    for name in ("one", "two"):
        (tmp_path / name / "prices").mkdir(parents=True)
        (tmp_path / name / "prices" / "own.csv").write_text("a")
        found.add(digest(replace(work, catalogs=Catalogs.read(tmp_path / name)), SCENARIOS))
    assert len(found) == 1


def test_a_record_is_the_same_text_in_every_process() -> None:
    """Sets are printed in the order of their hashes, which differ between processes."""
    code = "from planner.sweep.digest import told; from planner.physics.coefficients import Coefficients; "
    code += "import hashlib; print(hashlib.sha256(told(Coefficients.shipped()).encode()).hexdigest())"
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
