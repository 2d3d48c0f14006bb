"""Makers of accelerators: whose design a generation is, and names without their words. Reads `data/makers.toml`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from planner.frozen import dataclass
from planner.shipped import record_of, shipped_toml

DATA = Path(__file__).parent / "data" / "makers.toml"
MakerWords = Annotated[tuple[str, ...], Field(strict=False)]


@dataclass(frozen=True)
class Makers:
    """All of `makers.toml`."""

    before: MakerWords
    after: MakerWords
    anywhere: MakerWords
    generations: dict[str, str]


@cache
def _makers() -> Makers:
    return record_of(Makers, shipped_toml(DATA))


@cache
def maker_of(generation: str) -> str:
    """Whose design a generation is, in lower case; empty where its name does not tell."""
    heads = _makers().generations
    return next((name for head, name in heads.items() if generation.startswith(head)), "")


@cache
def _around() -> re.Pattern[str]:
    return re.compile(rf"^(?:{'|'.join(_makers().before)})+|(?:{'|'.join(_makers().after)})$")


def bare(key: str) -> str:
    """A key without the makers' words that drivers put before and after a name."""
    return _around().sub("", key)


def plain(name: str) -> str:
    """A name in lower case without the words that some sources add anywhere."""
    text = name.lower()
    for word in _makers().anywhere:
        text = text.replace(word, "")
    return text
