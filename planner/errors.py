"""Errors that a user can make; every command turns them into one line and exit code 2."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class PlannerError(ValueError):
    """Bad input of any kind; the message names the field or the file and the nearest valid value."""


class InputError(PlannerError):
    """A request, flag or file that cannot be read."""


class TrafficError(InputError):
    """Traffic that cannot be drawn: no request in the time, or more draws than a run makes."""


class OutputError(PlannerError):
    """A file that cannot be written."""


class HardwareError(PlannerError):
    """An accelerator, price or file that cannot be used."""


class ModelError(PlannerError):
    """A model, format or file that cannot be used."""


def closest(name: str, known: Iterable[str]) -> list[str]:
    """The three known names nearest to `name`, nearest first.

    >>> closest("H10", ["H100", "L4"])
    ['H100', 'L4']
    """
    return get_close_matches(name, list(known), n=3, cutoff=0.0)
