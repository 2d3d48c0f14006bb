"""Which figures stand in which document."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path

from docs.figures import api, article_machine, article_money, article_quality, glossary, method, quality, readme
from docs.figures.markdown import Figures, regenerated, standing
from docs.figures.shell import ROOT, shown

PAGES: Mapping[str, Figures] = {
    "README.md": readme.FIGURES,
    "docs/article.md": {
        "machine": article_machine.machine,
        "api-prices": article_money.api_prices,
        "break-even": article_money.break_even,
        "volumes": article_money.volumes,
        "moves": article_money.moves,
        "benchmarks": article_quality.benchmarks,
        "quality": article_quality.quality,
        "equal": article_quality.equal,
    },
    "docs/quality.md": quality.FIGURES,
    "docs/method.md": method.FIGURES,
    "docs/api.md": api.FIGURES,
    "docs/glossary.md": glossary.FIGURES,
}
# Figures of several seconds each: `make docs` and the long tests compute them.
SLOW = frozenset({"break-even", "volumes"})


def computed(path: Path, *, skip: Collection[str] = ()) -> str:
    """The text of a document with its figures and outputs computed anew; the rest, and the figures skipped, as they
    stand. Raises ValueError where something marked cannot be computed."""
    text, page = path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
    kept = {name: partial(standing, text, name) for name in skip}
    figures = {name: kept.get(name, find) for name, find in PAGES.get(page, {}).items()}
    try:
        return regenerated(text, figures, shown)
    except ValueError as error:
        raise ValueError(f"{page}: {error}") from error
