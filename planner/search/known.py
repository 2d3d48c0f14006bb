"""What is known of designs, each worked out once: a design is the same in every scope that it is asked in."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from planner.formulas.types import Array
from planner.load.curves import Curves
from planner.physics.design import Designs, Ints
from planner.physics.footprint import Footprint
from planner.search.prepared import Prepared

# The row of a design that does not hold one sequence.
NO_ROOM = -1
# The code of no design.
NO_CODE = -1
# Rates of the last so many questions are kept.
KEPT = 16


@dataclass
class KnownRates:
    """`roomy_concurrency` (K) and `best_rate` (K x L) of known designs within one SLA; NaN where not looked at."""

    free: Array
    rates: Array

    def grown(self, designs: int) -> KnownRates:
        """Itself with room for so many designs."""
        more = designs - len(self.free)
        if more > 0:
            self.free = np.concatenate([self.free, np.full(more, np.nan)])
            self.rates = np.concatenate([self.rates, np.full((more, self.rates.shape[1]), np.nan)])
        return self


@dataclass
class DesignCodes:
    """A number for each design, the same for the same records and split; those of the last scopes are kept."""

    _numbers: dict[Hashable, int] = field(default_factory=dict, repr=False)
    _kept: dict[int, tuple[Designs, Ints]] = field(default_factory=dict, repr=False)

    def of(self, designs: Designs) -> Ints:
        if id(designs) not in self._kept:  # the record is kept, too, so that its number is no other's
            self._kept[id(designs)] = designs, self._codes(designs)
            while len(self._kept) > KEPT:
                self._kept.pop(next(iter(self._kept)))
        return self._kept[id(designs)][1]

    def _codes(self, d: Designs) -> Ints:
        parts = [self._numbered(records) for records in (d.gpus, d.formats, d.kv_formats, d.engines)]
        places, place = d.groups("gpu", "fmt", "kv", "engine")
        named = [tuple(int(part[i]) for part, i in zip(parts, each, strict=True)) for each in places]
        cuts, cut = d.groups("tp", "pp", "ep", "dp")
        codes: Ints = (self._numbered(named)[place] << 32) | self._numbered(cuts)[cut]
        return codes

    def _numbered(self, values: Sequence[Hashable]) -> Ints:
        numbers = [self._numbers.setdefault(value, len(self._numbers)) for value in values]
        return np.array(numbers, dtype=np.int64)


@dataclass
class KnownDesigns:
    """Memory and curves of designs of one model at one confidence and one demand, as far as they were asked about.

    make: `prepare` of those of a mask that were not. Scopes that take in more offers or formats ask for the others
    alone.
    """

    make: Callable[[Designs, Array], Prepared]
    codes: DesignCodes = field(default_factory=DesignCodes, repr=False)
    _codes: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64), repr=False)  # sorted
    _rows: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64), repr=False)  # of each code
    _all: Prepared | None = field(default=None, repr=False)  # its designs are those of the first question
    _rates: dict[Hashable, KnownRates] = field(default_factory=dict, repr=False)

    def prepared(self, designs: Designs, some: Array | None = None) -> tuple[Prepared, Ints]:
        """`prepare` of the designs, of `some` alone where that mask is given, and the row here of each that fits."""
        some = np.ones(len(designs), dtype=bool) if some is None else some
        codes = self.codes.of(designs)
        new = some & ~self._has(codes)
        if self._all is None or new.any():
            self._add(codes[new], self.make(designs, new))
        asked = np.flatnonzero(some)
        rows = self._rows[np.searchsorted(self._codes, codes[asked])]
        fits = rows != NO_ROOM
        return self._of(designs, asked[fits], rows[fits]), rows[fits]

    def _has(self, codes: Ints) -> Array:
        """Which of the codes were asked about."""
        known = np.append(self._codes, NO_CODE)
        found: Array = known[np.searchsorted(self._codes, codes)] == codes
        return found

    def rates(self, key: Hashable) -> KnownRates:
        """What is known within the SLA and traffic that `key` stands for."""
        assert self._all is not None
        count, limits = self._all.slots.shape
        if key not in self._rates:
            self._rates[key] = KnownRates(np.zeros(0), np.zeros((0, limits)))
            while len(self._rates) > KEPT:
                self._rates.pop(next(iter(self._rates)))
        return self._rates[key].grown(count)

    def _of(self, designs: Designs, kept: Ints, rows: Ints) -> Prepared:
        known = self._all
        assert known is not None
        own = designs.take(kept)
        if len(rows) == len(known.slots) and np.array_equal(rows, np.arange(len(rows))):
            return replace(known, kept=kept, designs=own)
        memory, curves = known.memory.take(rows), known.curves.take(rows)
        return Prepared(kept, own, memory, known.slots[rows], curves, known.limits)

    def _add(self, codes: Ints, made: Prepared) -> None:
        known = self._all
        rows = np.full(len(codes), NO_ROOM, dtype=np.int64)
        rows[made.kept] = np.arange(len(made.kept)) + (0 if known is None else len(known.slots))
        codes, first = np.unique(np.concatenate([self._codes, codes]), return_index=True)
        self._codes, self._rows = codes, np.concatenate([self._rows, rows])[first]
        self._all = made if known is None else _joined(known, made)


def _joined(known: Prepared, made: Prepared) -> Prepared:
    """Both, one after another, under the designs of the first."""
    return replace(
        known,
        memory=Footprint.concat([known.memory, made.memory]),
        slots=np.concatenate([known.slots, made.slots]),
        curves=Curves.concat([known.curves, made.curves]),
    )
