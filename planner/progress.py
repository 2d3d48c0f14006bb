"""How long work tells of its progress."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

Progress = Callable[[int, int], None]  # called with what is done and what there is to do


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
