"""The documents say what the product says."""

from __future__ import annotations

import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

from docs.figures import article, article_machine, article_money
from docs.figures.commands import commands, documents, parsed
from docs.figures.markdown import difference
from docs.figures.pages import PAGES, SLOW, computed
from docs.figures.shell import ROOT
from planner.tco.box import boxed
from tests.consistency.drawn import TORTURE

ARTICLE = ROOT / "docs" / "article.md"


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_figures_and_outputs_are_those_of_today(path: Path) -> None:
    """`make docs` writes them anew; those of several seconds are compared with GPUPLAN_TORTURE=1."""
    found = computed(path, skip=() if TORTURE else SLOW)
    differs = difference(path.read_text(encoding="utf-8"), found)
    assert not differs, f"{path.name} is not as computed; run `make docs`: {differs}"


def test_every_page_with_figures_is_a_document() -> None:
    assert {ROOT / name for name in PAGES} <= set(documents())
    assert {name for page in PAGES.values() for name in page} >= SLOW


def test_what_the_article_computes_is_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command that a figure rests on stands in the article, but for the volume and the format of the output."""
    asked: list[tuple[str, ...]] = []
    record = article.record

    def noted(*args: str) -> Any:
        asked.append(args)
        return record(*args)

    for module in (article, article_machine):
        monkeypatch.setattr(module, "record", noted)
    article_machine.machine()
    article_money.api_prices()
    text = ARTICLE.read_text(encoding="utf-8")
    shown = [_question(shlex.split(c)[1:]) for c in commands(text) if c.startswith("gpuplan ")]
    assert len(asked) > 4
    assert [args for args in asked if _question(args) not in shown] == []


def _question(args: tuple[str, ...] | list[str]) -> tuple[str, dict[str, Any]]:
    name, params = parsed(args)
    return name, {key: value for key, value in params.items() if key not in ("fmt", "tokens_per_month")}


def test_the_api_prices_of_the_article_are_those_in_the_box() -> None:
    """All but those of GPT-4, which is not there any more."""
    rows = tomllib.loads((ROOT / "examples" / "api-prices.toml").read_text(encoding="utf-8"))["price"]
    assert {f"{row['provider']}/{row['model']}" for row in rows} == set(article.APIS)
    known = [row for row in rows if (row["provider"], row["model"]) in boxed()]
    assert len(known) == len(rows) - 1
    for row in known:
        price = boxed()[row["provider"], row["model"]]
        usual, batch = (price.usd_per_mtok_in, price.usd_per_mtok_out), price.batch_multiplier
        assert (row["input"], row["output"], row["cached"]) == (*usual, price.usd_per_mtok_cached_in)
        assert (row["batch_input"], row["batch_output"]) == tuple(usd * float(batch or 0.0) for usd in usual)
        assert row["as_of"] == price.as_of


def test_lines_of_the_readme_fit_120_columns() -> None:
    assert [line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if len(line) > 120] == []
