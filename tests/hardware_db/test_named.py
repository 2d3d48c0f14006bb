from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from hardware_db.catalog import DATA
from hardware_db.named import Named, shipped_names
from hardware_db.schema import Accelerator

FILES = sorted((DATA / "accelerators").glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_names_and_records_are_those_of_the_whole_file(path: Path) -> None:
    whole = [Accelerator.model_validate(row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["accelerator"]]
    found = shipped_names(path)
    assert [(n.id, n.name, n.aliases) for n in found] == [(r.id, r.name, tuple(r.aliases)) for r in whole]
    assert [n.record for n in found] == whole


def test_a_record_in_hand_is_its_own() -> None:
    record = shipped_names(FILES[0])[0].record
    assert Named.of(record).record is record
