"""API prices without an extra package: `pip install gpuplan` alone answers."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from planner.defaults import DEFAULT_APIS
from planner.tco.box import BoxedPrice, boxed

BARE = """
import sys
sys.modules["genai_prices"] = None
from planner.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
ASKED = ["-m", "meta-llama/Llama-3.1-8B-Instruct", "-g", "L40S", "--rate", "2", "--weights", "fp8", "--format", "json"]


def alone(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", BARE, *args], capture_output=True, text=True, check=False)


def test_every_row_was_carried(shared: Path) -> None:
    with (shared / "facts" / "api_prices.csv").open() as handle:
        rows = {(r["provider"], r["model"]): r for r in csv.DictReader(handle)}
    assert set(boxed()) == set(rows)
    for key, found in boxed().items():
        row = rows[key]
        stated = [row[name] for name in ("usd_per_mtok_in", "usd_per_mtok_cached_in", "usd_per_mtok_out")]
        wanted = [float(cell) if cell else None for cell in stated]
        assert [found.usd_per_mtok_in, found.usd_per_mtok_cached_in, found.usd_per_mtok_out] == wanted
        assert found.source
        assert row["as_of"].startswith(found.as_of)


def test_the_apis_of_a_question_that_names_none_are_in_the_box() -> None:
    assert {tuple(name.split("/", 1)) for name in DEFAULT_APIS} <= set(boxed())


def test_the_command_answers_without_the_package() -> None:
    done = alone("tco", *ASKED, "--api", "openai/gpt-4o", "--api", "gpt-4o-mini")
    assert done.returncode == 0, done.stderr
    apis = {api["name"]: api for api in json.loads(done.stdout)["apis"]}
    assert set(apis) == {"openai/gpt-4o", "openai/gpt-4o-mini"}
    one = apis["openai/gpt-4o"]
    assert (one["usd_per_million_input"], one["usd_per_million_cached"], one["usd_per_million_output"]) == (
        2.5, 1.25, 10.0,
    )  # fmt: skip
    assert (one["as_of"], "the list in the box" in one["source"]) == ("2026-11", True)


def test_what_nobody_knows_is_one_line_with_the_nearest_and_where_more_are() -> None:
    done = alone("tco", *ASKED, "--api", "openai/gpt-4p")
    assert done.returncode == 2
    assert "nearest: openai/gpt-4" in done.stderr
    assert "gpuplan[api]" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("change", [{"usd_per_mtok_in": -1}, {"as_of": "new"}, {"batch_multiplier": 2}, {"price": 1}])
def test_rows_are_strict(change: dict[str, object]) -> None:
    row = {"provider": "x", "model": "y", "usd_per_mtok_in": 1, "usd_per_mtok_out": 2, "as_of": "2026", "source": "x"}
    BoxedPrice.model_validate(row)
    with pytest.raises(ValueError, match="validation error"):
        BoxedPrice.model_validate(row | change)
