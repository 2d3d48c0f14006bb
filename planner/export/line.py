"""A start command as words, and how a shell writes them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from planner.export.launch import Launch, MachinePart
from planner.frozen import dataclass


class Variable(str):
    """The name of a variable that the machine sets, in place of a word."""

    __slots__ = ()


class ShellSum(str):
    """Arithmetic of a shell over such variables, in place of a word."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a command runs: the machine of the replica, how many replicas stand before it on that machine, and the
    address of the replica's first machine. `rank`, `first_rank`: of the machine, where only it knows them."""

    node: MachinePart
    index: int = 0
    leader: str = Variable("LEADER")
    rank: str | None = None
    first_rank: str | None = None

    @property
    def node_rank(self) -> str:
        return str(self.node.number) if self.rank is None else self.rank

    @property
    def start_rank(self) -> str:
        return str(self.node.first_rank) if self.first_rank is None else self.first_rank


def places(launch: Launch, index: int = 0) -> list[Placement]:
    """The machines of one replica, in order."""
    return [Placement(node, index) for node in launch.nodes(index)]


def flags(values: Mapping[str, object]) -> list[str]:
    """Words of flags: True stands alone; what is None or False is left out."""
    found: list[str] = []
    for flag, value in values.items():
        if value is True:
            found.append(flag)
        elif value is not None and value is not False:
            found += [flag, value if isinstance(value, Variable | ShellSum) else str(value)]
    return found


def more_than_one(width: int) -> int | None:
    """A width that need not be said where it is one."""
    return width if width > 1 else None


def share(value: float) -> str:
    return f"{value:g}"


def shell(words: Sequence[str]) -> str:
    """Words as one line of a POSIX shell: data is quoted, variables are not.

    >>> shell(["vllm", "serve", "$(x)", Variable("HEAD"), ShellSum("RANK * 2")])
    'vllm serve \\'$(x)\\' "$HEAD" "$((RANK * 2))"'
    """
    return " ".join(_word(word) for word in words)


def _word(word: str) -> str:
    if isinstance(word, Variable):
        return f'"${word}"'
    return f'"$(({word}))"' if isinstance(word, ShellSum) else shlex.quote(word)
