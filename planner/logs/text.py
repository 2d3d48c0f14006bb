"""The lines of a log as other programs wrote it: bounded, without colours, out of the wrapping of containers."""

from __future__ import annotations

import json
import re

from planner.errors import InputError
from planner.words import inert

MOST_LETTERS, MOST_LINE, MOST_LINES = 64 * 2**20, 200_000, 2_000_000
COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# How containers write a line: {"log": "INFO ...\n", "stream": "stderr", ...}
WRAPPED = ("log", "message", "msg")


def log_lines(text: str) -> list[str]:
    """The lines, each cut at MOST_LINE letters; raises InputError for what is too large or no text."""
    if len(text) > MOST_LETTERS:
        raise InputError(f"log: larger than {MOST_LETTERS:,} letters")
    if "\0" in text[:100_000]:
        raise InputError("log: not a text")
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        raise InputError(f"log: more than {MOST_LINES:,} lines")
    return [_plain(line[:MOST_LINE]) for line in lines]


def _plain(line: str) -> str:
    """A line without colours and wrapping, the last state of what was overwritten in place."""
    if line.startswith("{"):
        line = _unwrapped(line)
    return COLOURS.sub("", line).rstrip("\r\n") if "\x1b" in line else line.rstrip("\r\n")


def _unwrapped(line: str) -> str:
    try:
        table = json.loads(line)
    except (ValueError, RecursionError):
        return line
    found = next((table[key] for key in WRAPPED if isinstance(table.get(key), str)), None)
    return line if found is None else found


def quoted(text: str, most: int = 500) -> str:
    """A text of the log for a record: one line of printable letters."""
    return inert(text[:most].replace("\n", " ")).strip()
