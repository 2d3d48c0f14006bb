"""Files of the package are read as `tomllib` reads them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from planner.shipped import blocks_of, line_of, read_block, shipped_toml

ROOT = Path(__file__).parents[2]
FOLDERS = {"accelerator": "hardware_db/data/accelerators", "model": "models_db/data/models"}
SHIPPED = [
    *((name, path) for name, folder in FOLDERS.items() for path in sorted((ROOT / folder).glob("*.toml"))),
    ("topology", ROOT / "hardware_db/data/topologies.toml"),
]


@pytest.mark.parametrize(("name", "path"), SHIPPED, ids=[path.stem for _, path in SHIPPED])
def test_tables_of_the_package_are_read_block_by_block_as_by_the_library(name: str, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    wanted = tomllib.loads(text)
    assert list(wanted) == [name]
    blocks = blocks_of(text, name)
    # repr: 1 and 1.0 are equal, and differ in what is printed.
    assert repr(list(map(read_block, blocks))) == repr(wanted[name])
    assert [line_of(block, "id") for block in blocks] == [table["id"] for table in wanted[name]]


EVERY = [
    path for package in ("planner", "hardware_db", "models_db") for path in sorted((ROOT / package).rglob("*.toml"))
]


@pytest.mark.parametrize("path", EVERY, ids=[path.stem for path in EVERY])
def test_files_of_the_package_are_read_as_by_the_library(path: Path) -> None:
    assert repr(shipped_toml(path)) == repr(tomllib.loads(path.read_text(encoding="utf-8")))
