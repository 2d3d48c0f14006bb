"""Errors that a user can make; every command turns them into one line and exit code 2."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path

from planner.words import inert

# Names of a folder that are looked through for those near to one that is not there.
MOST_BESIDE = 1000
# What is quoted of an input may be long, and of any letters.
MOST_LETTERS = 1000
CIRCLE = "its links lead back to themselves"


class PlannerError(ValueError):
    """Bad input of any kind; the message, one line, names the field or the file and the nearest valid value."""

    def __init__(self, message: str = "") -> None:
        super().__init__(inert(message[:MOST_LETTERS]))


class InputError(PlannerError):
    """A request, flag or file that cannot be read."""


class TrafficError(InputError):
    """Traffic that cannot be drawn: no request in the time, or more draws than a run makes."""


class OutputError(PlannerError):
    """A file that cannot be written."""


class NetworkError(PlannerError):
    """A host that did not send what was asked of it."""


class HardwareError(PlannerError):
    """An accelerator, price or file that cannot be used."""


class ModelError(PlannerError):
    """A model, format or file that cannot be used."""


def near(name: str, known: Iterable[str], *, most: int = 3, least: float = 0.0) -> list[str]:
    """The known names most like `name`, by their letters alone; `least`: of the likeness, 0 to 1."""
    from difflib import get_close_matches

    return get_close_matches(name, list(known), n=most, cutoff=least)


def closest(name: str, known: Iterable[str]) -> list[str]:
    """The three known names nearest to `name`, nearest first: those that it begins, the shortest first, before others.

    >>> closest("H10", ["H20", "H100 SXM", "H100", "L4"])
    ['H100', 'H100 SXM', 'H20']
    >>> closest("gpt4o", ["gpt-4o", "gpt-4", "gpt-4o"])
    ['gpt-4o', 'gpt-4']
    """
    names = list(dict.fromkeys(known))
    begun = sorted((known for known in names if name and known.lower().startswith(name.lower())), key=len)
    alike = near(name, names)
    return list(dict.fromkeys([*begun, *alike]))[:3]


def unknown(name: str, known: Iterable[str]) -> str:
    """That a name is none of a few, which are all told, the nearest first.

    >>> unknown("jsn", ["csv", "json"])
    "'jsn' is not known (nearest first: json, csv)"
    """
    few = list(dict.fromkeys(known))
    alike = near(name, few, most=len(few))
    return f"{name[:60]!r} is not known (nearest first: {', '.join(alike)})"


def unreadable(path: Path, error: Exception) -> str:
    """Why a file cannot be read, in one line, with the nearest names beside one that is not there."""
    if not isinstance(error, FileNotFoundError):
        return f"{path}: cannot be read ({_reason(error)})"
    if path.is_symlink():
        return f"{path}: a link to {os.readlink(path)}, which is not there"
    try:
        beside = [entry.name for entry, _ in zip(path.parent.iterdir(), range(MOST_BESIDE), strict=False)]
    except OSError:
        return f"{path}: no such file, and no such folder"
    alike = near(path.name, beside, least=0.6)
    return f"{path}: no such file" + (f" (nearest: {', '.join(alike)})" if alike else "")


def _reason(error: Exception) -> str:
    """What is wrong, in short, without the words of a library for what has a plainer name."""
    if isinstance(error, OSError):
        return CIRCLE if error.errno == errno.ELOOP else error.strerror or type(error).__name__
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 at byte {error.start}"
    if isinstance(error, RecursionError):
        return "nested too deep"
    return "no name of a file" if "null" in str(error) else str(error)
