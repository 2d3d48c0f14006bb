"""The names of accelerators, known before their records are made."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hardware_db.schema import Accelerator
from planner.toml import blocks_of, line_of


@dataclass(frozen=True)
class Named:
    """The id, the name and the aliases of an accelerator; `made`: its record, or the text that states it."""

    id: str
    name: str
    aliases: tuple[str, ...]
    made: Accelerator | str

    @classmethod
    def of(cls, record: Accelerator) -> Named:
        """The names of a record."""
        return cls(record.id, record.name, record.aliases, record)

    @property
    def record(self) -> Accelerator:
        """The record, without its topologies."""
        if isinstance(self.made, Accelerator):
            return self.made
        return Accelerator.model_validate(tomllib.loads(self.made)["accelerator"][0])


@cache
def shipped_names(path: Path) -> tuple[Named, ...]:
    """The accelerators of a file of the package."""
    blocks = blocks_of(path.read_text(encoding="utf-8"), "accelerator")
    return tuple(
        Named(line_of(block, "id"), line_of(block, "name"), tuple(line_of(block, "aliases") or ()), block)
        for block in blocks
    )
