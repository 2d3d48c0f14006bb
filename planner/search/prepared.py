"""Designs that hold a sequence, with their memory, concurrency limits and curves: what candidates are made of."""

from __future__ import annotations

from dataclasses import field, replace
from functools import cached_property

import numpy as np

from planner.formulas.columns import COLUMN, Columns
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.best_case import BestCase
from planner.load.curves import Curves, curves, held_of, plain_load, slots_of
from planner.load.demand import Demand
from planner.load.grid import GRID
from planner.physics.basis import Basis
from planner.physics.beside_caches import BesideCaches
from planner.physics.coefficients import Coefficients
from planner.physics.confidence import cautions, grounds
from planner.physics.design import Designs, Ints
from planner.physics.footprint import Footprint, footprint
from planner.physics.kv_cache import cache_bytes
from planner.physics.step import StepModel
from planner.progress import checkpoint

# Masks of designs whose step times are kept: those of a first answer, the others, and all.
MASKS = 3
BATCH_LIMITS = np.array([8.0, 32.0, 64.0, 128.0, 256.0, 1024.0])


@dataclass(frozen=True)
class Prepared(Columns):
    """Designs that fit, with their memory and curves; `slots` is D x L over the batch limits `limits`, `kept` tells
    which of the designs asked about they are."""

    kept: Array = field(metadata=COLUMN)
    designs: Designs = field(metadata=COLUMN)
    memory: Footprint = field(metadata=COLUMN)
    slots: Array = field(metadata=COLUMN)
    curves: Curves = field(metadata=COLUMN)
    limits: Array


def batch_limits(designs: Designs) -> Array:
    """The batch limits to try, L: BATCH_LIMITS, none above what the engines are set to."""
    stated = [engine.settings.max_num_seqs or engine.settings.parallel for engine in designs.engines]
    most = [sequences for sequences in stated if sequences is not None]
    return np.minimum(BATCH_LIMITS, float(min(most))) if most else BATCH_LIMITS


@dataclass(frozen=True)
class Studied:
    """Designs with what depends on no request: their memory, and on what terms and evidence their times rest."""

    designs: Designs
    coefficients: Coefficients

    @cached_property
    def memory(self) -> Footprint:
        return footprint(self.designs, self.coefficients, max_sequences=batch_limits(self.designs))

    def fits(self, demand: Demand) -> Array:
        """Whether each design holds one sequence, D."""
        longest = cache_bytes(self.designs, np.array(np.ceil(demand.isl + demand.osl)))
        fits: Array = (self.memory.kv_pool[:, 0] >= longest) & (longest >= 0)
        return fits

    def prepared(self, demand: Demand, confidence: float = 0.5, some: Array | None = None) -> Prepared:
        """Those that hold one sequence, with concurrency limits and curves; of the mask `some` alone, where it is
        given. `confidence`: that every design is as fast as its times."""
        fits = self.fits(demand) if some is None else self.fits(demand) & some
        checkpoint()
        steps, memory, limits = self._times(fits), self.memory.take(fits), batch_limits(self.designs)
        kept = steps.designs
        slots = slots_of(kept, memory.kv_pool, demand, limits[None, :])
        device, first = self._cautions(fits, confidence)
        plain_s = self._plain_s(demand)[fits[self._loads]]
        c = curves(kept, demand, self.coefficients, caution=device, first=first, steps=steps, plain_s=plain_s)
        c = replace(c, held=held_of(kept, memory.kv_pool, demand))
        return Prepared(np.flatnonzero(fits), kept, memory, slots, c, limits)

    def best_case(self, demand: Demand, confidence: float) -> tuple[Array, BestCase]:
        """Which designs load, D, and what these serve at most."""
        loads, most = self._loads, np.full((1, 1), batch_limits(self.designs).max())
        pool = self.memory.kv_pool[loads].max(axis=1, keepdims=True)
        slots = slots_of(self._steps.designs, pool, demand, most)[:, 0]
        slow = self._cautions(loads, confidence)[0]
        return loads, BestCase.of(self._steps, demand, self._plain_s(demand), slots, slow)

    def _plain_s(self, demand: Demand) -> Array:
        """Seconds of steps without prompts of the designs that load, D x GRID; those asked for last are kept."""
        context = demand.live_tokens
        if context not in self._plain:
            self._plain.clear()
            load = plain_load(self._steps, context)
            self._plain[context] = self._steps.seconds(load, len(GRID), self._beside_caches)
        return self._plain[context]

    @cached_property
    def _plain(self) -> dict[float, Array]:
        return {}

    @cached_property
    def _beside_caches(self) -> BesideCaches:
        """What of them no lengths change."""
        return self._steps.beside_caches(plain_load(self._steps, 1.0), len(GRID))

    def _cautions(self, some: Array, confidence: float) -> tuple[Array, Array]:
        found, which = self._grounds
        return cautions((found, which[some]), confidence, self.coefficients)

    @cached_property
    def _grounds(self) -> tuple[list[Basis], Ints]:
        return grounds(self.designs, self.coefficients)

    @cached_property
    def _loads(self) -> Array:
        """Designs whose weights leave any room: no others fit, whatever is asked, D."""
        loads: Array = self.memory.kv_pool[:, 0] >= 0.0
        return loads

    def _times(self, fits: Array) -> StepModel:
        """Step times of the designs that fit; those asked about last are kept, as other lengths mostly fit in the
        same."""
        key = fits.tobytes()
        if key not in self._last:
            self._last[key] = self._steps.take(fits[self._loads])
            while len(self._last) > MASKS:
                self._last.pop(next(iter(self._last)))
        return self._last[key]

    @cached_property
    def _last(self) -> dict[bytes, StepModel]:
        return {}

    @cached_property
    def _steps(self) -> StepModel:
        """Step times of the designs that load."""
        return StepModel.of(self.designs.take(self._loads), self.coefficients)


def prepare(designs: Designs, demand: Demand, coefficients: Coefficients, *, confidence: float = 0.5) -> Prepared:
    """`Studied.prepared` of designs that are asked about once."""
    return Studied(designs, coefficients).prepared(demand, confidence)
