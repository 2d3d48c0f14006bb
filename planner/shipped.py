"""TOML files of the package, read sooner than by `tomllib`: where lines are JSON, too, the reader of JSON takes them.

`tomllib` takes 55 ms for what an estimate reads of GPUs, models and formats, this 10.
"""

from __future__ import annotations

import json
import re
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

QUOTED = re.compile(r"""\"[^"\\]*\"""")
# The heading of a table, or of one of many, whose name is a word.
HEAD = re.compile(r"^\[(?P<many>\[)?(?P<name>\w+)\]\]?[ \t]*(?:#.*)?$", re.MULTILINE)
# A string of an inline table, or a key; a string with a quote in it is left to `tomllib`.
INLINE = re.compile(r"""("[^"\\]*")|(\w+) =""")


def blocks_of(text: str, name: str) -> list[str]:
    """The text of each [[name]] table of a file of the package, which has no other tables: one is read without the
    rest.

    >>> [block.split() for block in blocks_of(chr(10).join(("[[a]]", "id=1", "[[a]]", "id=2")), "a")]
    [['[[a]]', 'id=1'], ['[[a]]', 'id=2']]
    """
    starts = [found.start() for found in re.finditer(rf"^\[\[{name}\]\]$", text, re.MULTILINE)]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]


def line_of(block: str, key: str) -> Any:
    """The value of a key that has a line of its own in a table, None where it has none."""
    found = re.search(rf"^{key} = (.*)$", block, re.MULTILINE)
    return _value_of(found.group(1)) if found else None


def read_block(block: str) -> dict[str, Any]:
    """The table of a block of `blocks_of`, as `tomllib` reads it, but sooner where values are JSON, too.

    >>> read_block(chr(10).join(("[[a]]", "id = 1", "peaks = { fp8 = 2.0, fp16 = 1.0 }")))
    {'id': 1, 'peaks': {'fp8': 2.0, 'fp16': 1.0}}
    """
    try:
        return _as_json(block.partition("\n")[2])
    except ValueError:
        (tables,) = tomllib.loads(block).values()
        found: dict[str, Any] = tables[0]
        return found


def shipped_toml(path: Path) -> dict[str, Any]:
    """A file of the package, as `tomllib` reads it, but each of its tables sooner where values are JSON, too."""
    text = path.read_text(encoding="utf-8")
    heads = list(HEAD.finditer(text))
    ends = [*(head.start() for head in heads), len(text)]
    found = _section(text[: ends[0]])
    for head, end in zip(heads, ends[1:], strict=True):
        table, name = _section(text[head.end() : end]), head.group("name")
        if found is None or table is None or (name in found and not head.group("many")):
            return tomllib.loads(text)
        if head.group("many"):
            found.setdefault(name, []).append(table)
        else:
            found[name] = table
    return tomllib.loads(text) if found is None else found


def _section(body: str) -> dict[str, Any] | None:
    """What stands under a heading; None where that cannot be read without what is around it."""
    if re.search(r"^[ \t]*\[", body, re.MULTILINE):
        return None
    try:
        return _as_json(body)
    except ValueError:
        with suppress(ValueError):
            return tomllib.loads(body)
        return None


def _as_json(body: str) -> dict[str, Any]:
    """The keys and values of lines that are JSON, too; raises ValueError where one is not."""
    lines = [line for line in body.splitlines() if line and not line.startswith("#")]
    found: dict[str, Any] = json.loads("{" + ",".join(map(_member, lines)) + "}")
    return found


def _member(line: str) -> str:
    """A line of a table as a member of a JSON object; raises ValueError where it cannot be told."""
    key, mark, value = line.partition(" = ")
    if not mark or not (key.isidentifier() or QUOTED.fullmatch(key)):
        raise ValueError(line)
    if value.startswith("{"):
        value = INLINE.sub(lambda found: found.group(1) or f'"{found.group(2)}":', value)
    return f"{key}:{value}" if key.startswith('"') else f'"{key}":{value}'


def _value_of(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return tomllib.loads(f"value = {text}")["value"]
