"""Names of models with one letter wrong, which would pass for somebody's own version of a known model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from functools import cache

# Words of so many known names at least, and of so many letters, are words that others misspell.
OFTEN, LETTERS = 5, 6


def mended(name: str, known: Collection[str]) -> str | None:
    """The name with the one letter of its owner, or of a common word in it, put right; None where none is wrong.

    An owner is taken for misspelt only where the rest of the name is a known one of the owner meant.
    """
    names = tuple(known)
    owner, slash, rest = name.rpartition("/")
    for whole in names:
        other, _, same = whole.rpartition("/")
        if slash and same.lower() == rest.lower() and one_letter(owner.lower(), other.lower()):
            return whole
    for word in re.findall(r"[A-Za-z]+", rest):
        right = _word(word, names)
        if right is not None:
            return f"{owner}{slash}{rest.replace(word, right, 1)}"
    return None


def one_letter(a: str, b: str) -> bool:
    """Whether two texts differ by one letter: another, one more, one less, or two that changed places.

    >>> one_letter("quen", "qwen"), one_letter("instuct", "instruct"), one_letter("qwen", "qwen")
    (True, True, False)
    """
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return {len(a), len(b)} in ({1}, {0, 1}) or (len(a) == len(b) == len("ab") and a == b[::-1])


def _word(word: str, names: tuple[str, ...]) -> str | None:
    common, every = _words(names)
    if len(word) < LETTERS - 1 or word.lower() in every:
        return None
    return next((right for right in common if one_letter(word.lower(), right.lower())), None)


@cache
def _words(names: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    """The common words as they are mostly written, and all words in small letters."""
    spelt = Counter(word for name in names for word in _parts(name))
    often = Counter(word.lower() for name in names for word in set(_parts(name)))
    common = [word for word, count in often.items() if count >= OFTEN and len(word) >= LETTERS]
    mostly = {word.lower(): word for word, _ in sorted(spelt.items(), key=lambda pair: pair[1])}
    return tuple(mostly[word] for word in common), frozenset(often)


def _parts(name: str) -> Iterable[str]:
    return re.findall(r"[A-Za-z]+", name.rpartition("/")[2])
