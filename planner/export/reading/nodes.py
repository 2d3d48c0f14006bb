"""YAML of another's making as plain values: read event by event, bounded, and no tag of it is acted on.

Scalars are texts, but for what is plainly a number, a truth or nothing, as https://yaml.org/type/ has them in decimal.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from planner.export.documents import loaded
from planner.export.reading.bounds import ExcessError

# Of all documents, what is behind aliases as often as they stand; a manifest has some hundreds of nodes.
MOST_NODES, MOST_LETTERS, MOST_DEPTH = 50_000, 2**21, 100
TYPE = "tag:yaml.org,2002:"
TYPED = {TYPE + name for name in ("int", "float", "bool", "null")}
WORDS = {"": None, "~": None, "null": None, "true": True, "false": False, "yes": True, "no": False, "on": True,
         "off": False}  # fmt: skip
WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
REAL = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{0,18}(?:[eE][-+]?[0-9]{1,3})?")


class UnreadError(ValueError):
    """A text that is no YAML of tables and lists."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value with what it counts for: nodes and letters in it, depth of what is nested."""

    value: Any
    nodes: int
    letters: int
    depth: int


@dataclass
class Open:
    """A list, or a table as a list of keys and values, whose end was not read."""

    table: bool
    anchor: str | None
    held: list[Node] = field(default_factory=list)


def documents_of(text: str) -> list[Any]:
    """The documents of a text; raises UnreadError where it is no YAML, ExcessError where it passes a bound."""
    library = loaded()
    # The one in C is many times as fast, where it is built in.
    loader = getattr(library, "CSafeLoader", library.SafeLoader)
    reading = _Reading()
    try:
        for event in library.parse(text, Loader=loader):
            reading.take(event, library)
    except library.YAMLError as error:
        raise UnreadError(str(error)) from error
    return reading.documents


class _Reading:
    """Documents as their events come."""

    def __init__(self) -> None:
        self.documents: list[Any] = []
        self.open: list[Open] = []
        self.anchors: dict[str, Node | None] = {}
        self.nodes = self.letters = 0

    def take(self, event: Any, library: Any) -> None:
        if isinstance(event, library.ScalarEvent):
            self._count(1, len(event.value))
            self._put(Node(_scalar(event), 1, len(event.value), 0), event.anchor)
        elif isinstance(event, library.AliasEvent):
            self._alias(event.anchor)
        elif isinstance(event, library.CollectionStartEvent):
            self._count(1, 0)
            if len(self.open) >= MOST_DEPTH:
                raise UnreadError("nested too deep")
            self.open.append(Open(isinstance(event, library.MappingStartEvent), event.anchor))
            if event.anchor:
                self.anchors[event.anchor] = None
        elif isinstance(event, library.CollectionEndEvent):
            done = self.open.pop()
            self._put(self._closed(done), done.anchor)
        elif isinstance(event, library.DocumentStartEvent):
            self.anchors = {}

    def _count(self, nodes: int, letters: int) -> None:
        self.nodes, self.letters = self.nodes + nodes, self.letters + letters
        if self.nodes > MOST_NODES:
            raise ExcessError(f"--from-command: YAML of more than {MOST_NODES:,} nodes, with aliases followed")
        if self.letters > MOST_LETTERS:
            raise ExcessError(f"--from-command: YAML of more than {MOST_LETTERS:,} letters, with aliases followed")

    def _alias(self, name: str) -> None:
        if name not in self.anchors:
            raise UnreadError(f"no anchor {name[:40]}")
        node = self.anchors[name]
        if node is None:
            raise ExcessError(f"--from-command: the YAML alias {name[:40]!r} stands inside of what it names")
        if len(self.open) + node.depth > MOST_DEPTH:
            raise UnreadError("nested too deep")
        self._count(node.nodes, node.letters)
        self._put(node, None)

    def _put(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = node
        if self.open:
            self.open[-1].held.append(node)
        else:
            self.documents.append(node.value)

    def _closed(self, done: Open) -> Node:
        value = self._table(done.held) if done.table else [node.value for node in done.held]
        nodes, letters = (1 + sum(n.nodes for n in done.held), sum(n.letters for n in done.held))
        return Node(value, nodes, letters, 1 + max((node.depth for node in done.held), default=0))

    def _table(self, held: list[Node]) -> dict[Any, Any]:
        """Keys and values; those that are merged stand behind the table's own."""
        own: dict[Any, Any] = {}
        merged: dict[Any, Any] = {}
        for key, node in zip(held[::2], held[1::2], strict=True):
            if not isinstance(key.value, Hashable):
                raise UnreadError("a key that is a table or a list")
            if key.value != "<<":
                own[key.value] = node.value
                continue
            for table in node.value if isinstance(node.value, list) else [node.value]:
                if not isinstance(table, dict):
                    raise UnreadError("what is merged is no table")
                # A table counts as what is written; merged keys are copies.
                self._count(len(table), 0)
                merged = table | merged
        return merged | own


def _scalar(event: Any) -> Any:
    text: str = event.value
    if not (event.tag in TYPED or (event.implicit[0] and event.tag is None)):
        return text
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    if WHOLE.fullmatch(text):
        return int(text)
    if REAL.fullmatch(text) and math.isfinite(found := float(text)):
        return found
    return text
