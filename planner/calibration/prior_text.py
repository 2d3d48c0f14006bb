"""The text of `priors.toml` with other widths: named lines change, comments and order stay."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

from planner.physics.factor_keys import Key

VALUE = re.compile(r"=\s*[^\s#]+")


def with_widths(text: str, widths: Mapping[Key, float]) -> str:
    """`text` with the widths of (kind, entry, roof); a line or an entry that it lacks is added after its neighbours."""
    lines = text.split("\n")
    for (kind, entry, roof), value in sorted(widths.items()):
        start = _entry_line(lines, kind, entry)
        end = _values_end(lines, start)
        stated = [i for i in range(start + 1, end) if list(_parsed(lines[i])) == [roof]]
        if stated:
            lines[stated[0]] = VALUE.sub(f"= {value}", lines[stated[0]], count=1)
        else:
            lines.insert(end, f"{_quoted(roof)} = {value}")
    return "\n".join(lines)


def _entry_line(lines: list[str], kind: str, entry: str) -> int:
    """The line of [kind.entry], added after the last entry of its kind where there is none."""
    heads = {i: _parsed(line) for i, line in enumerate(lines) if line.startswith("[")}
    mine = {i: next(iter(head[kind]), "") for i, head in heads.items() if kind in head}
    for i, name in mine.items():
        if name == entry:
            return i
    place = _values_end(lines, max(mine))
    lines.insert(place, f"[{_quoted(kind)}.{_quoted(entry)}]")
    return place


def _values_end(lines: list[str], start: int) -> int:
    """The line after the last value of the entry that begins at `start`."""
    end = last = start + 1
    while end < len(lines) and not lines[end].startswith("["):
        end += 1
        if _parsed(lines[end - 1]):
            last = end
    return last


def _parsed(line: str) -> dict[str, dict[str, object]]:
    return tomllib.loads(line)


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else f'"{name}"'
