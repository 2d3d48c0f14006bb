"""Lines of a log by the words that are in them, and what their figures are."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from planner.logs.pairs import count, number
from planner.logs.record import MOST_COUNT, MOST_GIB, LogFigures, StatedSettings
from planner.logs.text import quoted

# A size, a figure of either sign, and a count with commas between thousands.
SIZE, INT = r"[0-9]{1,12}(?:\.[0-9]{1,12})?", r"[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,12}"
NUM = f"-?{SIZE}"
# Lines of one kind that are read; a server repeats few of them.
MOST_OF_A_KIND = 5000
# Of ranks that print different figures, what is left is that of the fullest.
LEAST = ("kv_pool_gib", "kv_tokens", "window_tokens", "blocks", "free_before_gib", "load_end_free_gib",
         "pool_end_free_gib", "end_free_gib", "available_gib", "concurrency", "state_slots")  # fmt: skip
# The newest line counts: an engine allocates a small pool first.
LAST = ("concurrency_tokens", "block_tokens", "total_gib")
MIB = 1.0 / 1024.0


@dataclass(frozen=True)
class LineRule:
    """A line that holds `key`; the groups of `pattern` are fields of the figures, or of the settings after `set_`."""

    key: str
    pattern: re.Pattern[str]
    factor: float = 1.0


@dataclass
class Gathered:
    """What was read of one start."""

    figures: dict[str, float] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)

    def take(self, name: str, value: float) -> None:
        """A figure beside those of other ranks."""
        if abs(value) > (MOST_COUNT if not name.endswith("_gib") else MOST_GIB):
            return
        old = self.figures.get(name)
        if old is None or name in LAST:
            self.figures[name] = value
        else:
            self.figures[name] = min(old, value) if name in LEAST else max(old, value)

    def set(self, name: str, value: Any) -> None:
        """A setting, where nothing is known of it yet."""
        if value is not None and self.settings.get(name) is None:
            self.settings[name] = value


def rule(key: str, pattern: str, factor: float = 1.0) -> LineRule:
    """A rule with NUM and INT put in for `#` and `@`."""
    return LineRule(key, re.compile(pattern.replace("#", NUM).replace("@", INT)), factor)


def lines_with(lines: Sequence[str], keys: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Numbers of the lines that hold a key, with the key, in order; each key at most MOST_OF_A_KIND times."""
    text = "\n".join(lines)
    starts, at = [0], 0
    for line in lines[:-1]:
        at += len(line) + 1
        starts.append(at)
    found: list[tuple[int, str]] = []
    for key in dict.fromkeys(keys):
        where, times = text.find(key), 0
        while where >= 0 and times < MOST_OF_A_KIND:
            found.append((bisect_right(starts, where) - 1, key))
            where, times = text.find(key, where + len(key)), times + 1
    return iter(sorted(set(found)))


def apply(found: Gathered, line: str, rules: Iterable[LineRule]) -> None:
    """Read a line by the rules whose key it holds."""
    for one in rules:
        match = one.pattern.search(line) if one.key in line else None
        for name, text in (match.groupdict() if match else {}).items():
            if name.startswith("set_"):
                found.set(name.removeprefix("set_"), text)
            elif (value := number(text)) is not None:
                found.take(name, value * one.factor)


def settings_of(values: dict[str, Any]) -> StatedSettings:
    """Settings from texts, each as its field wants it; what none can be is left out."""
    kept: dict[str, Any] = {}
    for name, value in values.items():
        kind = str(StatedSettings.model_fields[name].annotation)
        read = _reader(kind)(value) if isinstance(value, str) else value
        if read is not None and _fits(name, read):
            kept[name] = read
    return StatedSettings(**kept)


def _reader(kind: str) -> Callable[[str], Any]:
    if "bool" in kind:
        return lambda text: {"true": True, "false": False}.get(text.strip().lower())
    if "int" in kind:
        return count
    return number if "float" in kind else quoted


def _fits(name: str, value: Any) -> bool:
    try:
        StatedSettings(**{name: value})
    except ValueError:
        return False
    return True


def figures_of(values: dict[str, float]) -> LogFigures:
    """Figures as a record; counts are whole."""
    whole = {name for name, info in LogFigures.model_fields.items() if "int" in str(info.annotation)}
    kept = {name: int(value) if name in whole else value for name, value in values.items()}
    return LogFigures(**{name: value for name, value in kept.items() if name not in whole or value >= 0})
