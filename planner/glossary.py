"""Words of the answers, each in one line. Reads `glossary.toml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from planner.errors import InputError, closest
from planner.shipped import shipped_toml

DATA = Path(__file__).with_name("glossary.toml")
# What stands behind a word in a name of a column or a limit: which percentile, and the unit.
BEHIND = re.compile(r"(_(p\d+|mean|s|ms|gib|pct|share|per_s))+$|(?<=[tped]p)\d+$")


@dataclass(frozen=True, slots=True)
class GlossaryTerm:
    """names: all of which it explains, separated by commas; text: what they mean."""

    names: str
    text: str

    @property
    def keys(self) -> list[str]:
        """The names one by one, as they are looked for."""
        return [_key(name) for name in self.names.split(",")]


@cache
def terms() -> tuple[GlossaryTerm, ...]:
    """All words, in the order of the glossary."""
    rows = shipped_toml(DATA)["term"]
    return tuple(GlossaryTerm(row["names"], row["text"]) for row in rows)


def find_term(word: str) -> GlossaryTerm:
    """The term that explains a word, also one with a percentile, a unit or a number behind it.

    Raises InputError with the nearest words.

    >>> find_term("ttft_p95_s").names, find_term("tp4").names
    ('TTFT', 'TP, PP, EP')
    """
    known = {key: term for term in terms() for key in term.keys}
    wanted = word.strip().lower()
    for key in (_key(wanted), _key(BEHIND.sub("", wanted))):
        if key in known:
            return known[key]
    raise InputError(
        f"explain: {word[:60]!r} is no word of the glossary (nearest: {', '.join(closest(wanted, known))})"
    )


def _key(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name.strip().lower())
