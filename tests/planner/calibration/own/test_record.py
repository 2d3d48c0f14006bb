from __future__ import annotations

import json
from pathlib import Path

import pytest

from planner.calibration.own.record import StoredCalibration, validated
from planner.calibration.own.store import stored, write
from planner.errors import InputError
from tests.planner.calibration.own.test_store import own

TABLES = [
    ("factors",), ("factors", 0), ("factors", 0, 3), ("rows",), ("rows", 0), ("rows", 0, "run"),
    ("rows", 0, "run", "cells"), ("runs",), ("runs", 0), ("runs", 0, "points"), ("runs", 0, "day"), ("made",),
    ("runs", 0, "intervals"), ("runs", 0, "intervals", "tpot"), ("runs", 0, "cautions"),
    ("runs", 0, "cautions", "tpot"), ("runs", 0, "cautions", "tpot", "0.9"), ("memory",), ("memory", 0),
    ("memory", 0, 3),
]  # fmt: skip
TEXTS = [
    ("base",),
    ("rows", 0, "file"),
    ("runs", 0, "gpu"),
    ("runs", 0, "engine"),
    ("runs", 0, "model"),
    ("runs", 0, "split"),
]
NEEDED = [("made",), ("base",), ("factors",), ("rows",), ("runs",), ("memory",), ("rows", 0, "file"),
          ("rows", 0, "run"),
          ("runs", 0, "gpu"), ("runs", 0, "points"), ("runs", 0, "intervals"), ("runs", 0, "cautions")]  # fmt: skip
VALUES = (None, [[1]], float("nan"), -1e308, 1e308)
BENT = [*((place, value) for place in TABLES + TEXTS for value in VALUES),
        *((place, "\x1b[31m") for place in TABLES), *((place, ...) for place in NEEDED),
        (("runs", 0, "intervals", "tpot"), [2.0, 0.5]),
        *((("runs", 0, "cautions", "tpot"), {sure: 2.0}) for sure in ("1", "0", "-1", "1e9", "inf", "nan")),
        (("runs", 0, "cautions", "tpot"), {"0.6": 3.0, "0.95": 1.5})]  # fmt: skip


@pytest.mark.parametrize(("place", "value"), BENT)
def test_a_record_that_is_bent_is_one_line_with_the_name_of_its_file(
    tmp_path: Path, place: tuple[str | int, ...], value: object
) -> None:
    row = {"file": "a.json", "run": {"format": "points CSV", "place": "", "cells": {"isl": "1"}}}
    write(tmp_path, "2026-11-29", [row], own("l4", 1.0), {})
    (path,) = stored(tmp_path)
    assert validated(path, StoredCalibration).rows[0].file == "a.json"
    bent = json.loads(path.read_text())
    at = bent
    for part in place[:-1]:
        at = at[part]
    if value is ...:
        del at[place[-1]]
    else:
        at[place[-1]] = value
    path.write_text(json.dumps(bent))
    with pytest.raises(InputError) as error:
        validated(path, StoredCalibration)
    assert "0001.json" in str(error.value)
    assert str(error.value).isprintable()
