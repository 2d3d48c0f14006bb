"""How long work tells of its progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, TypeVar, runtime_checkable

T = TypeVar("T")

Progress = Callable[[int, int], None]  # called with what is done and what there is to do

_LEFT: ContextVar[Callable[[], None] | None] = ContextVar("left", default=None)


@contextmanager
def leaving(check: Callable[[], None]) -> Iterator[None]:
    """Work of this thread that can be left: `check` raises at one of its checkpoints where it is to end."""
    token = _LEFT.set(check)
    try:
        yield
    finally:
        _LEFT.reset(token)


def checkpoint() -> None:
    """A place, a few milliseconds of work from the next, where work may be left; what was kept so far is whole."""
    check = _LEFT.get()
    if check is not None:
        check()


@runtime_checkable
class Phased(Protocol):
    """A progress that tells the phases of the work apart."""

    def __call__(self, done: int, total: int) -> None: ...

    def phase(self, name: str) -> Progress:
        """The progress of a phase by its name."""


def phase(progress: Progress | None, name: str) -> Progress | None:
    """The progress of a phase of the work, by its name where who listens tells phases apart."""
    return progress.phase(name) if isinstance(progress, Phased) else progress


def part(progress: Progress | None, number: int, parts: int) -> Progress | None:
    """The progress of part `number`, from 0, of so many alike; the whole is told of, so that it never begins anew."""
    if progress is None:
        return None

    def told(done: int, total: int) -> None:
        progress(number * total + done, parts * total)

    return told


def each(items: Sequence[T], progress: Progress | None) -> Iterator[T]:
    """The items one by one; each is told of when it is done, as the next is asked for.

    >>> list(each("ab", lambda done, total: print(done, "of", total)))
    1 of 2
    2 of 2
    ['a', 'b']
    """
    for done, item in enumerate(items, 1):
        yield item
        if progress is not None:
            progress(done, len(items))
