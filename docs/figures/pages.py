"""Which figures stand in which document."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path

from docs.figures import article_machine, article_money, article_quality, readme
from docs.figures.markdown import Figures, regenerated, standing
from docs.figures.shell import ROOT, shown

PAGES: Mapping[str, Figures] = {
    "README.md": readme.FIGURES,
    "docs/article.md": {
        "machine": article_machine.machine,
        "api-prices": article_money.api_prices,
        "break-even": article_money.break_even,
        "volumes": article_money.volumes,
        "benchmarks": article_quality.benchmarks,
        "quality": article_quality.quality,
        "equal": article_quality.equal,
    },
}
# Figures of several seconds each: `make docs` and the long tests compute them.
SLOW = frozenset({"break-even", "volumes"})


def computed(path: Path, *, skip: Collection[str] = ()) -> str:
    """The text of a document with its figures and outputs computed anew; the rest, and the figures skipped, as they
    stand."""
    text = path.read_text(encoding="utf-8")
    kept = {name: partial(standing, text, name) for name in skip}
    figures = PAGES.get(path.relative_to(ROOT).as_posix(), {})
    return regenerated(text, {name: kept.get(name, find) for name, find in figures.items()}, shown)
