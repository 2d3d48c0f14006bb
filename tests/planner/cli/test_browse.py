from __future__ import annotations

import json
import re
from typing import Any

import pytest

from models_db.formats import formats, kv_formats
from planner.catalogs import Catalogs
from tests.planner.cli.conftest import run


def listed(capsys: pytest.CaptureFixture[str], *args: str) -> list[dict[str, Any]]:
    code, out, _ = run(capsys, *args, "--format", "json")
    assert code == 0
    return list(json.loads(out))


def test_catalogs_are_browsed_whole(capsys: pytest.CaptureFixture[str], catalogs: Catalogs) -> None:
    models, gpus, prices = (listed(capsys, name) for name in ("models", "gpus", "prices"))
    assert sorted(row["id"] for row in models) == sorted(m.id for m in catalogs.models.all())
    assert sorted(row["id"] for row in gpus) == sorted(catalogs.hardware.accelerators)
    assert len(prices) == len(catalogs.hardware.offers)
    assert len(models) >= 314
    assert len(gpus) >= 170
    assert len(prices) >= 914
    assert {row["id"] for row in listed(capsys, "formats")} == {*formats(), *kv_formats()}


def test_all_words_of_a_filter_must_match(capsys: pytest.CaptureFixture[str]) -> None:
    found = listed(capsys, "models", "qwen3", "moe")
    assert len(found) > 3
    assert all("qwen3" in f"{row['id']} {row['architecture']}".lower() for row in found)
    assert len(found) < len(listed(capsys, "models", "qwen3"))


def test_show_gives_sources_and_dates(capsys: pytest.CaptureFixture[str]) -> None:
    for args in (["gpus", "show", "H100"], ["models", "show", "openai/gpt-oss-120b"], ["formats", "show", "nvfp4"]):
        data = json.loads(run(capsys, *args, "--format", "json")[1])
        assert data["sources"]
        assert data["checked"]


def test_prices_are_sorted_by_what_a_column_shows(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    code, out, _ = run(capsys, "prices", "--gpu", "H200", "--limit", "0")
    assert code == 0
    assert "by USD per GPU" in out.splitlines()[0]
    found = re.findall(r"^ *(\S+) x h200\S* .*\) +([0-9.]+) +[0-9.]", out, re.MULTILINE)
    assert len(found) > 10
    assert all(count.isdigit() for count, _ in found)
    per_gpu = [float(usd) for _, usd in found]
    assert per_gpu == sorted(per_gpu)


def test_a_price_that_is_of_spot_only_has_a_mark(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, catalogs: Catalogs
) -> None:
    """The cheapest line was a spot price, and the column of it is left out where the terminal is narrow."""
    monkeypatch.setenv("COLUMNS", "160")
    lines = run(capsys, "prices", "--gpu", "H200", "--limit", "0")[1].splitlines()
    offers = [o for o in catalogs.hardware.offers if o.accelerator == "h200-sxm"]
    only = [o for o in offers if o.usd_per_hour_on_demand is None and o.usd_per_hour_spot is not None]
    assert only
    assert sum(", spot)" in line for line in lines) == len(only)
