"""The lines of a log as other programs wrote it: bounded, without colours, out of the wrapping of containers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from planner.errors import InputError
from planner.words import inert

MOST_BYTES, MOST_LINE, MOST_LINES = 64 * 2**20, 200_000, 500_000
# Bytes at the head of a file that tell a text from what is none.
HEAD = 100_000
COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# How containers write a line: {"log": "INFO ...\n", "stream": "stderr", ...}
WRAPPED = ("log", "message", "msg")


def log_lines(handle: BinaryIO) -> Iterator[str]:
    """The lines, one at a time, each cut at MOST_LINE bytes; raises InputError, which names the limit, for what is too
    large, and for no text."""
    lines = size = 0
    whole = True
    while part := handle.readline(MOST_LINE):
        size += len(part)
        if size > MOST_BYTES:
            raise InputError(f"log: larger than {MOST_BYTES:,} bytes")
        if size - len(part) < HEAD and b"\0" in part[:HEAD]:
            raise InputError("log: not a text")
        if whole:
            lines += 1
            if lines > MOST_LINES:
                raise InputError(f"log: more than {MOST_LINES:,} lines; give the part with the start")
            yield _plain(part.decode("utf-8", errors="replace").rstrip("\r\n"))
        whole = part.endswith(b"\n")


def _plain(line: str) -> str:
    """A line without colours and wrapping, the last state of what was overwritten in place."""
    if line.startswith("{"):
        line = _unwrapped(line).rstrip("\r\n")
    return COLOURS.sub("", line).rstrip("\r\n") if "\x1b" in line else line


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
