"""The names of accelerators, and of what joins them, known before their records are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from hardware_db.schema import Accelerator, Topology
from planner.frozen import dataclass
from planner.shipped import blocks_of, lines_of, read_block, shipped_text

T = TypeVar("T", bound=BaseModel)


def _made(record: T | str, kind: type[T]) -> T:
    """A record, or what the text of its table says."""
    return record if isinstance(record, kind) else kind.model_validate(read_block(str(record)))


@dataclass(frozen=True)
class Named:
    """The id, the name and the aliases of an accelerator; `made`: its record, or the text of its table."""

    id: str
    name: str
    aliases: tuple[str, ...]
    made: Accelerator | str

    @classmethod
    def of(cls, record: Accelerator) -> Named:
        """The names of a record."""
        return cls(record.id, record.name, record.aliases, record)

    @cached_property
    def record(self) -> Accelerator:
        """The record, without its topologies."""
        return _made(self.made, Accelerator)

    @property
    def memory_gb(self) -> float:
        return self.record.memory_gb

    @property
    def memory_bytes(self) -> float:
        return self.record.memory_bytes

    @property
    def generation(self) -> str:
        return self.record.generation


@cache
def shipped_names(path: Path) -> tuple[Named, ...]:
    """The accelerators of a file of the package."""
    blocks = blocks_of(shipped_text(path), "accelerator")
    stated = zip(*(lines_of(blocks, key) for key in ("id", "name", "aliases")), blocks, strict=True)
    return tuple(Named(name, label, tuple(aliases or ()), block) for name, label, aliases, block in stated)


@dataclass(frozen=True)
class NamedTopology:
    """The id of a topology, the accelerators that have it and that may have it; `made`: as of `Named`."""

    id: str
    accelerators: tuple[str, ...]
    optional_for: tuple[str, ...]
    made: Topology | str

    @classmethod
    def of(cls, record: Topology) -> NamedTopology:
        """The names of a record."""
        return cls(record.id, record.accelerators, record.optional_for, record)

    @cached_property
    def record(self) -> Topology:
        return _made(self.made, Topology)


class Topologies(Mapping[str, Topology]):
    """Topologies by id, each made when it is asked for."""

    def __init__(self, named: Iterable[NamedTopology]) -> None:
        self.named = {topology.id: topology for topology in named}

    def __getitem__(self, name: str) -> Topology:
        return self.named[name].record

    def __iter__(self) -> Iterator[str]:
        return iter(self.named)

    def __len__(self) -> int:
        return len(self.named)


@cache
def shipped_topologies(path: Path) -> tuple[NamedTopology, ...]:
    """The topologies of a file of the package."""
    blocks = blocks_of(shipped_text(path), "topology")
    stated = zip(*(lines_of(blocks, key) for key in ("id", "accelerators", "optional_for")), blocks, strict=True)
    return tuple(NamedTopology(name, tuple(has or ()), tuple(may or ()), block) for name, has, may, block in stated)
