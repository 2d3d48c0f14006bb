"""Families of records under the part of a name that people say: `4090` for an RTX 4090."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar

MEMORY = re.compile(r"^\d+gb$")
SIZE = re.compile(r"(?<![.\d])(\d+(?:\.\d+)?) ?GB\b", re.IGNORECASE)
# Names give memory as sold or as usable: 192 GB and 180 GB of a B200.
ROUNDED = 0.08


class Card(Protocol):
    """What a family is made of: an id in words with dashes between them, a memory size [GB, bytes], a generation."""

    @property
    def id(self) -> str: ...

    @property
    def memory_gb(self) -> float: ...

    @property
    def memory_bytes(self) -> float: ...

    @property
    def generation(self) -> str: ...


R = TypeVar("R", bound=Card)


def family(record_id: str) -> tuple[str, ...]:
    """The words of an id without its memory size.

    >>> family("rtx-5060-ti-16gb")
    ('rtx', '5060', 'ti')
    """
    return tuple(word for word in record_id.split("-") if not MEMORY.match(word))


def has_run(words: tuple[str, ...], key: str) -> bool:
    """Whether `key` is some of the words, one after another.

    >>> has_run(("rtx", "pro", "6000", "blackwell"), "pro6000"), has_run(("rtx", "4090d"), "4090")
    (True, False)
    """
    places = range(len(words) + 1)
    return bool(key) and any("".join(words[i:j]) == key for i in places for j in places if i < j)


def fitting(key: str, records: Iterable[R]) -> list[R]:
    """The records that `key`, lower-case letters and digits, fits: one where a single family with one memory size does.

    A family whose name all others go on from is the one that is meant: 3090, not 3090 Ti.
    """
    found = [record for record in records if has_run(family(record.id), key)]
    shortest = min((family(record.id) for record in found), key=len, default=())
    if all(family(record.id)[: len(shortest)] == shortest for record in found):
        found = [record for record in found if family(record.id) == shortest]
    return found[:1] if len({(family(r.id), r.memory_bytes) for r in found}) == 1 else found


def stated_gb(name: str) -> float | None:
    """The memory that a name states [GB], None where it states none.

    >>> stated_gb("4090 48GB"), stated_gb("A100")
    (48.0, None)
    """
    found = SIZE.search(name)
    return float(found.group(1)) if found else None


def unsized(name: str) -> str:
    """A name without the memory that it states."""
    return SIZE.sub("", name).strip(" -_")


def of_size(records: Iterable[R], gb: float) -> list[R]:
    """The records with so much memory [GB]."""
    return [record for record in records if abs(record.memory_gb - gb) <= ROUNDED * gb]


def variants(words: Iterable[str], records: Iterable[R]) -> list[R]:
    """The records whose ids have all of the words of a name; none where it has no words."""
    asked = set(words)
    return [record for record in records if asked and asked <= set(record.id.split("-"))]


def is_vague(found: R, others: Iterable[R]) -> bool:
    """Whether a name leaves open which of its variants is meant: they are of several generations, or the one found has
    its memory in its id and another of its family has another one."""
    sized = any(MEMORY.match(word) for word in found.id.split("-"))
    return any(
        r.generation != found.generation
        or (sized and family(r.id) == family(found.id) and r.memory_bytes != found.memory_bytes)
        for r in others
    )
