"""Files of the package are read as `tomllib` reads them."""

from __future__ import annotations

import dataclasses
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ConfigDict, TypeAdapter, ValidationError

from hardware_db import makers
from models_db import loss_rows, quality, recipes, spelling
from models_db.checkpoints import checkpoint_formats
from models_db.formats import formats, kv_formats
from planner.physics import engines
from planner.shipped import as_tuples, blocks_of, lines_of, read_block, record_of, shipped_toml
from planner.startup import wording

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
    for key in ("id", "name", "aliases", "accelerators", "optional_for"):
        assert lines_of(blocks, key) == [table.get(key) for table in wanted[name]]


EVERY = [
    path for package in ("planner", "hardware_db", "models_db") for path in sorted((ROOT / package).rglob("*.toml"))
]


@pytest.mark.parametrize("path", EVERY, ids=[path.stem for path in EVERY])
def test_files_of_the_package_are_read_as_by_the_library(path: Path) -> None:
    assert repr(shipped_toml(path)) == repr(tomllib.loads(path.read_text(encoding="utf-8")))


# What reads files whose records are plain: the record of the whole file.
PLAIN: list[Callable[[], Any]] = [
    engines._file,
    formats,
    kv_formats,
    recipes._file,
    checkpoint_formats,
    spelling._spelling,
    quality._thinking,
    loss_rows._noise,
    loss_rows._families,
    wording._file,
    makers._makers,
]
STRICT = ConfigDict(strict=True, revalidate_instances="always")


def checked(record: Any) -> Any:
    """What pydantic makes of a record, or of each of a table, by the types and bounds of its fields; raises
    ValidationError."""
    if isinstance(record, dict):
        return {name: checked(part) for name, part in record.items()}
    module = vars(sys.modules[type(record).__module__])
    parts = [part for part in module.values() if dataclasses.is_dataclass(part) and isinstance(part, type)]
    with pytest.MonkeyPatch.context() as patched:
        for part in parts:
            patched.setattr(part, "__pydantic_config__", STRICT, raising=False)
        return TypeAdapter(type(record)).validate_python(record)


@pytest.mark.parametrize("read", PLAIN, ids=[read.__module__ for read in PLAIN])
def test_plain_records_have_the_types_and_bounds_that_they_state(read: Callable[[], Any]) -> None:
    # repr: 1 and 1.0 are equal, and differ in what is printed.
    assert repr(read()) == repr(checked(read()))


def test_a_wrong_value_in_a_part_of_a_plain_record_does_not_pass_the_check() -> None:
    file = engines._file()
    profile = dataclasses.replace(file.engine[0].profiles[0], slots="4")  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="slots"):
        checked(dataclasses.replace(file, engine=(dataclasses.replace(file.engine[0], profiles=(profile,)),)))


@pytest.mark.parametrize(
    ("key", "value"), [("memory_fraction", 1.5), ("captures", "some"), ("slots", "4"), ("checked", "2026-02-30")]
)
def test_a_wrong_value_in_a_plain_record_does_not_pass_the_check(key: str, value: Any) -> None:
    file = engines._file()
    wrong = dataclasses.replace(file, engine=(dataclasses.replace(file.engine[0], **{key: value}),))
    with pytest.raises(ValidationError, match=key):
        checked(wrong)


def test_a_plain_record_has_no_key_that_is_not_its_own_and_misses_none() -> None:
    rule = {"least_gib": 70, "not_named": ["A100"]}
    assert record_of(engines.LargeGpu, rule) == engines.LargeGpu(70, ("A100",))
    for wrong in (rule | {"other": 1}, {"least_gib": 70}):
        with pytest.raises(TypeError):
            record_of(engines.LargeGpu, wrong)
    assert as_tuples([[1, "a"], {"b": [2]}]) == ((1, "a"), {"b": [2]})
