"""The messages of a browser: read strictly, and let through at a bounded rate."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

# The longest message [bytes]; more than a screen of text that is pasted.
MOST_BYTES = 2**16
COLUMNS, ROWS = (1, 500), (1, 200)


class WireError(ValueError):
    """A message that no page of ours sends."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, pasted or done with the mouse, as a terminal sends it."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Window:
    """The terminal [cells]."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Focus:
    """The page got the focus, or lost it."""

    gained: bool


@dataclass(frozen=True, slots=True)
class Ping:
    """A question for the same text."""

    text: str


def read(text: str) -> Typed | Window | Focus | Ping:
    """One message; raises WireError."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WireError("not JSON") from error
    match found:
        case ["stdin", str(data)]:
            return Typed(data.encode("utf-8", "replace"))
        case ["resize", {"width": width, "height": height}]:
            return window(width, height)
        case ["focus" | "blur" as kind]:
            return Focus(kind == "focus")
        case ["ping", str(data)]:
            return Ping(data[:40])
    raise WireError("not a message of the page")


def window(width: Any, height: Any) -> Window:
    """A size within bounds, from a message or the texts of an address; raises WireError."""
    try:
        cells = [int(str(given)[:6]) for given in (width, height)]
    except ValueError as error:
        raise WireError("a size is two whole numbers") from error
    return Window(*(min(max(cell, least), most) for cell, (least, most) in zip(cells, (COLUMNS, ROWS), strict=True)))


class Bucket:
    """Lets `rate` units a second through, and `burst` at once; who asks for more waits.

    A browser whose messages are not read stops sending: nothing is lost and nothing piles up.
    """

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst, self._left = rate, burst, burst
        self._seen_s = asyncio.get_running_loop().time()

    async def take(self, units: float) -> None:
        """Wait until `units` may pass; more than a burst may pass as one that is paid for afterwards."""
        now_s = asyncio.get_running_loop().time()
        self._left = min(self._burst, self._left + (now_s - self._seen_s) * self._rate)
        self._seen_s = now_s
        self._left -= units
        if self._left < 0.0:
            await asyncio.sleep(-self._left / self._rate)
