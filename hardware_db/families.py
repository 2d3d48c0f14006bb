"""Families of records under the part of a name that people say: `4090` for an RTX 4090."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar

MEMORY = re.compile(r"^\d+gb$")


class Card(Protocol):
    """What a family is made of: an id in words with dashes between them, and a memory size [bytes]."""

    @property
    def id(self) -> str: ...

    @property
    def memory_bytes(self) -> float: ...


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
