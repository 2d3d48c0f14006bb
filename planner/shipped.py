"""TOML files of the package, read by `tomli`, which is `tomllib` compiled and takes a third of the time.

Records that the package alone writes are plain: `tests/planner/test_shipped.py` checks each file by the types and
bounds that their fields state, so that no command does. What users write, too, is checked wherever it is read.
"""

from __future__ import annotations

import os
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
    head = f"[[{name}]]\n"
    return [head + block for block in f"\n{text}".split(f"\n{head}")[1:]]


def lines_of(blocks: Sequence[str], key: str) -> list[Any]:
    """The value of a key in each table, None where it has none: one that has a line of its own, or is an array over
    several lines that are set in. All are read at once, as a call of the reader takes longer than a value.

    >>> lines_of(["id = 1", "name = 'b'", "id = [2] # two"], "id")
    [1, None, [2]]
    """
    stated = [_stated(block, key) for block in blocks]
    # A comment goes on to the end of its line, so that commas stand before values.
    values = iter(tomli.loads("all = [" + "\n,".join(filter(None, stated)) + "\n]")["all"])
    return [next(values) if text else None for text in stated]


def _stated(block: str, key: str) -> str:
    """The text of a value; empty where there is none."""
    _, _, rest = f"\n{block}".partition(f"\n{key} = ")
    return rest.partition("\n]")[0] + "\n]" if rest.startswith("[\n") else rest.partition("\n")[0]


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
    return tomli.loads(shipped_text(path))


def shipped_text(path: Path) -> str:
    """The text of a file of the package, in half the time of a reader that looks for the ends of lines."""
    with open(path, "rb", buffering=0) as handle:
        return handle.read().decode()


def shipped_files(folder: Path) -> list[Path]:
    """The TOML files of a folder of the package, in the order of their names."""
    return [folder / name for name in sorted(os.listdir(folder)) if name.endswith(".toml")]


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
