"""What goes between the interface and its work process: pickled messages behind their length, both ends of one program.

What is large stays in the work process: candidates, catalogs, designs. The interface holds a name of each, and hands it
back; what no name stands for any more is let go.
"""

from __future__ import annotations

import pickle
import struct
import weakref
from collections.abc import Callable
from io import BytesIO
from typing import Any, BinaryIO

from planner.frozen import dataclass

HEAD = struct.Struct("!Q")
# In the place of lanes: the work process breaks off, and why.
FAULT = "fault"
# What a thread computes before another one may go on [s]: a message waits no longer to be written or read. At the usual
# 5 ms a key would wait twice.
TURN_S = 0.0005


class StaysHere:
    """The name of something in the work process."""

    def __init__(self, number: int) -> None:
        self.number = number


@dataclass(frozen=True, slots=True)
class FromLanes:
    """What a job gets of its lanes, once it is there: `telling` of a lane."""

    lanes: str
    what: str
    lane: str


class Sender:
    """Writes messages; `named` says what goes by name."""

    def __init__(self, out: BinaryIO, named: Callable[[Any], Any]) -> None:
        self._out, self._named = out, named

    def send(self, message: Any) -> None:
        """Raises OSError where nobody reads, and what pickle raises."""
        buffer = BytesIO()
        pickler = pickle.Pickler(buffer, pickle.HIGHEST_PROTOCOL)
        pickler.persistent_id = self._named  # type: ignore[method-assign]
        pickler.dump(message)
        data = buffer.getbuffer()
        self._out.write(HEAD.pack(len(data)))
        self._out.write(data)
        self._out.flush()


class Receiver:
    """Reads messages; `found` gives what a name stands for."""

    def __init__(self, source: BinaryIO, found: Callable[[Any], Any]) -> None:
        self._source, self._found = source, found

    def next(self) -> Any:
        """Raises EOFError where the other end is gone."""
        (size,) = HEAD.unpack(self._exactly(HEAD.size))
        unpickler = pickle.Unpickler(BytesIO(self._exactly(size)))
        unpickler.persistent_load = self._found  # type: ignore[method-assign]
        return unpickler.load()

    def _exactly(self, size: int) -> bytes:
        data = self._source.read(size)
        if len(data) < size:
            raise EOFError
        return data


class KeptObjects:
    """In the work process: what has been named, by number, and how often each name was sent."""

    def __init__(self, kinds: tuple[type, ...]) -> None:
        self._kinds = kinds
        self._things: dict[int, Any] = {}
        self._sent: dict[int, int] = {}

    def name(self, thing: Any) -> tuple[str, int] | None:
        """Of what is large; None for what goes by value."""
        if not isinstance(thing, self._kinds):
            return None
        number = id(thing)  # its own as long as it is kept here
        self._things[number] = thing
        self._sent[number] = self._sent.get(number, 0) + 1
        return "kept", number

    def get(self, number: int) -> Any:
        return self._things[number]

    def forget(self, number: int, received: int) -> None:
        """So many of the names that were sent are gone."""
        self._sent[number] -= received
        if not self._sent[number]:
            del self._sent[number], self._things[number]

    def __len__(self) -> int:
        return len(self._things)


class Names:
    """In the interface: one object a name, and a word to `forgot` (number, how often it came) when that is gone."""

    def __init__(self, forgot: Callable[[int, int], None]) -> None:
        self._forgot = forgot
        self._known: weakref.WeakValueDictionary[int, StaysHere] = weakref.WeakValueDictionary()
        self._came: dict[int, list[int]] = {}

    def of(self, number: int) -> StaysHere:
        name = self._known.get(number)
        if name is None:
            name = self._known[number] = StaysHere(number)
            self._came[number] = came = [0]
            weakref.finalize(name, self._gone, number, came)
        self._came[number][0] += 1
        return name

    def _gone(self, number: int, came: list[int]) -> None:
        self._forgot(number, came[0])
