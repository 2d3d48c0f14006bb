"""TOML files of the package, read by `tomli`, which is `tomllib` compiled and takes a third of the time.

Records that the package alone writes are plain: `tests/planner/test_shipped.py` checks each file by the types and
bounds that their fields state, so that no command does. What users write, too, is checked wherever it is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import tomli

T = TypeVar("T")


def blocks_of(text: str, name: str) -> list[str]:
    """The text of each [[name]] table of a file of the package, which has no other tables: one is read without the
    rest.

    >>> [block.split() for block in blocks_of(chr(10).join(("[[a]]", "id=1", "[[a]]", "id=2")), "a")]
    [['[[a]]', 'id=1'], ['[[a]]', 'id=2']]
    """
    starts = [found.start() for found in re.finditer(rf"^\[\[{name}\]\]$", text, re.MULTILINE)]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]


def lines_of(blocks: Sequence[str], key: str) -> list[Any]:
    """The value of a key in each table, None where it has none: one that has a line of its own, or is an array over
    several lines that are set in. All are read at once, as a call of the reader takes longer than a value.

    >>> lines_of(["id = 1", "name = 'b'", "id = [2] # two"], "id")
    [1, None, [2]]
    """
    line = re.compile(rf"^{key} = (\[\n(?: .*\n)*\]|.*)$", re.MULTILINE)
    stated = [found and found.group(1) for found in map(line.search, blocks)]
    # A comment goes on to the end of its line, so that commas stand before values.
    values = iter(tomli.loads("all = [" + "\n,".join(filter(None, stated)) + "\n]")["all"])
    return [next(values) if text else None for text in stated]


def read_block(block: str) -> dict[str, Any]:
    """The table of a block of `blocks_of`.

    >>> read_block(chr(10).join(("[[a]]", "id = 1", "peaks = { fp8 = 2.0, fp16 = 1.0 }")))
    {'id': 1, 'peaks': {'fp8': 2.0, 'fp16': 1.0}}
    """
    (tables,) = tomli.loads(block).values()
    found: dict[str, Any] = tables[0]
    return found


def shipped_toml(path: Path) -> dict[str, Any]:
    """A file of the package."""
    return tomli.loads(path.read_text(encoding="utf-8"))


def record_of(kind: type[T], table: Mapping[str, Any], **made: Any) -> T:
    """The plain record of a table, whose lists become tuples; made: the parts that are records themselves.

    Raises TypeError for a key that the record does not have, or one that is missing.
    """
    return kind(**{name: as_tuples(value) for name, value in table.items() if name not in made}, **made)


def records_of(kind: type[T], tables: list[dict[str, Any]]) -> tuple[T, ...]:
    """The plain records of tables, none of which has a part that is a record."""
    return tuple(record_of(kind, table) for table in tables)


def as_tuples(value: Any) -> Any:
    """A value of TOML whose lists are tuples.

    >>> as_tuples([1, [2, 3]])
    (1, (2, 3))
    """
    return tuple(map(as_tuples, value)) if isinstance(value, list) else value
