"""Of a long log the lines that a reader looks at: a server writes many times more of others."""

from __future__ import annotations

from collections.abc import Iterable

from planner.errors import InputError
from planner.logs.rules import MOST_OF_A_KIND

# Letters that are searched at once, and those that are kept of a log.
BLOCK, MOST_KEPT = 2**20, 8 * 2**20


def kept(lines: Iterable[str], words: Iterable[str]) -> list[str]:
    """The lines that hold one of the words, in order; the first MOST_OF_A_KIND of each word. Raises InputError, which
    names the limit, where they have more than MOST_KEPT letters."""
    left, found, letters = dict.fromkeys((word.encode() for word in words), MOST_OF_A_KIND), list[str](), 0
    for block in _blocks(lines):
        for line in _held(block, left):
            letters += len(line)
            if letters > MOST_KEPT:
                raise InputError(f"log: more than {MOST_KEPT:,} letters in lines of a start")
            found.append(line)
    return found


def _blocks(lines: Iterable[str]) -> Iterable[str]:
    """Lines together, some BLOCK letters each."""
    block, letters = list[str](), 0
    for line in lines:
        block.append(line)
        letters += len(line) + 1
        if letters >= BLOCK:
            yield "\n".join(block)
            block, letters = [], 0
    yield "\n".join(block)


def _held(text: str, left: dict[bytes, int]) -> list[str]:
    """The lines of a block that hold a word; left: how many more of each are looked for."""
    found: dict[int, int] = {}
    # One byte a letter is searched in less time than the four that one rare letter makes of all.
    block = text.encode("utf-8", errors="surrogatepass")
    for word, more in left.items():
        at = block.find(word) if more else -1
        while at >= 0 and left[word]:
            start, end = block.rfind(b"\n", 0, at) + 1, block.find(b"\n", at)
            end = len(block) if end < 0 else end
            found[start] = end
            left[word] -= 1
            at = block.find(word, end)
    return [block[start:end].decode("utf-8", errors="surrogatepass") for start, end in sorted(found.items())]
