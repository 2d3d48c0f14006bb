"""How names of checkpoints are spelled. Reads `data/spelling.toml`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Annotated

from models_db.schema import Lax
from planner.frozen import dataclass
from planner.shipped import record_of, shipped_toml

DATA = Path(__file__).parent / "data" / "spelling.toml"
# Words and sizes of a name, however they are set apart.
WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)?[a-z]*")


@dataclass(frozen=True)
class ScoreSpelling:
    """Of tables of scores: makers before a word, words of tuning and packing."""

    makers: Annotated[tuple[Annotated[tuple[str, str], Lax], ...], Lax]
    packing: Annotated[tuple[str, ...], Lax]


@dataclass(frozen=True)
class Spelling:
    """All of `spelling.toml`."""

    suffixes: Annotated[tuple[str, ...], Lax]
    prefixes: Annotated[tuple[str, ...], Lax]
    vague: Annotated[tuple[str, ...], Lax]
    scores: ScoreSpelling


@cache
def _spelling() -> Spelling:
    tables = shipped_toml(DATA)
    return record_of(Spelling, tables, scores=record_of(ScoreSpelling, tables["scores"]))


@cache
def _suffix() -> re.Pattern[str]:
    return re.compile(rf"[-_.]({'|'.join(_spelling().suffixes)})$")


@cache
def _vague() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(_spelling().vague)})-?\d+(?:\.\d+)?b")


@cache
def _score_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    scores = _spelling().scores
    makers = "|".join(f"{maker}(?=-{word})" for maker, word in scores.makers)
    return re.compile(rf"^({makers})-"), re.compile(rf"-({'|'.join(scores.packing)})(?=-|$)")


def shortened(name: str) -> list[str]:
    """The name without its organisation, then with one suffix less at a time."""
    key = re.sub(r"\s*\(.*$", "", name.strip().lower()).split("/")[-1]
    for prefix in _spelling().prefixes:
        key = key.removeprefix(prefix)
    names = [re.sub(r"[\s_:]+", "-", key)]
    while (shorter := _suffix().sub("", names[-1])) != names[-1]:
        names.append(shorter)
    return names


def is_short_for(name: str, model_id: str) -> bool:
    """Whether a name without an owner says nothing that the id of a repository does not say, too, and the id names no
    version beyond it.

    >>> is_short_for("llama-3.3-70b", "meta-llama/Llama-3.3-70B-Instruct")
    True
    >>> is_short_for("llama-3.1-8b-instruct", "meta-llama/Llama-3.1-8B")
    False
    >>> is_short_for("llama-70b", "meta-llama/Llama-3.1-70B")
    False
    """
    said, known = (set(WORD.findall(text.lower().split("/")[-1])) for text in (name, model_id))
    more = {word for word in known - said if word[0].isdigit() and not word[-1].isalpha()}
    return "/" not in name and "/" in model_id and said <= known and not more


def is_vague(words: str) -> bool:
    """Whether words name a family with a size, but without the version that tells its shapes."""
    return _vague().fullmatch(words) is not None


def bare(name: str) -> str:
    """The last part of an id without words for its maker, tuning and packing, and without hyphens."""
    plain = re.sub(r"[\W_]+", "-", name.rpartition("/")[2].lower())
    makers, packing = _score_words()
    return packing.sub("", makers.sub("", plain)).replace("-", "")
