"""Equal questions of many screens to the shipped records are answered once in a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.planner import Planner

# What screens ask of a planner in their lanes. An answer that is kept is the same object, so that what was asked about
# it (`verify`, `details`) is found again by it.
ASKED = ("explore", "leader", "verify", "shortlist", "details", "wider", "looser", "quant", "tco")
# Answers that are kept of each: an exploration holds some megabytes.
MOST = 96


def key_of(value: Any) -> Any:
    """A record by what it says, and what was explored, by which it is."""
    return value.model_dump_json() if isinstance(value, BaseModel) else value if isinstance(value, int) else id(value)


class Once:
    """One method of planners of the shipped records; its questions are held, so that no number is another's."""

    def __init__(self, ask: Callable[..., Any], catalogs: Catalogs) -> None:
        self.ask, self.catalogs = ask, catalogs
        self.kept: dict[Any, tuple[Any, Any]] = {}

    def answer(self, planner: Planner, *args: Any, **more: Any) -> Any:
        if planner.catalogs is not self.catalogs or planner.coefficients is not Coefficients.shipped():
            return self.ask(planner, *args, **more)
        said = {name: value for name, value in more.items() if name != "progress"}
        key = planner.today, *map(key_of, args), *((name, key_of(value)) for name, value in sorted(said.items()))
        if key not in self.kept:
            if len(self.kept) >= MOST:
                del self.kept[next(iter(self.kept))]
            self.kept[key] = args, self.ask(planner, *args, **more)
        return self.kept[key][1]
