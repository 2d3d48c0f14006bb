"""What of an engine step the context of its sequences does not change: all but the attention over their caches."""

from __future__ import annotations

from dataclasses import field

import numpy as np

from planner.formulas.columns import COLUMN, Columns
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.work import launches_s


@dataclass(frozen=True, slots=True)
class BesideCaches(Columns):
    """Seconds of the device, of launches and of the host, D x B or broadcastable, of steps with the same sequences and
    prompts: other lengths of what is cached ask for the attention over it alone."""

    device_s: Array = field(metadata=COLUMN)
    launch_s: Array = field(metadata=COLUMN)
    host_s: Array = field(metadata=COLUMN)

    @classmethod
    def empty(cls, designs: int, columns: int) -> BesideCaches:
        """To be filled; the columns of each figure lie together."""
        return cls(*(np.empty((columns, designs)).T for _ in range(3)))

    def fill(self, here: slice, part: BesideCaches) -> None:
        """Set some of the columns."""
        for name in ("device_s", "launch_s", "host_s"):
            getattr(self, name)[:, here] = getattr(part, name)

    def columns(self, here: slice) -> BesideCaches:
        """Some of the columns."""
        return BesideCaches(*(columns_of(each, here) for each in (self.device_s, self.launch_s, self.host_s)))

    def with_caches(self, caches_s: Array) -> Array:
        """Seconds of the whole steps, with the attention over the caches [s]."""
        device: Array = self.device_s + caches_s
        return device + launches_s(device, self.launch_s) + self.host_s


def columns_of(values: Array, here: slice) -> Array:
    """Some columns, where there is more than one that stands for all."""
    return values[:, here] if np.ndim(values) == 2 and values.shape[1] > 1 else values
