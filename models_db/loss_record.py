"""The loss of a format as a record: how much, how sure, on whose measurements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from models_db.loss_rows import LossKind
from planner.frozen import dataclass

# The normal quantile of an 80 % range.
Z80 = 1.2815515655446004
# Times the limit that the upper end of a loss's range may reach.
MOST_OF_RANGE = 2.0
Nearness = Literal["this model", "family", "size class", "none"]
DISTANCES: tuple[Nearness, ...] = ("this model", "family", "size class", "none")


@dataclass(frozen=True, slots=True)
class Loss:
    """The share of the unquantized score that a format keeps [%], and what is known of it.

    recovery_pct: None where nothing was measured; stderr_pct: of the estimate, the spread between models included;
    nearness: whose measurements carry most of it; rows, questions, models, benchmarks, sources: of these; kind: what
    was measured; note: what else there is to say.
    """

    format: str
    recovery_pct: float | None
    stderr_pct: float
    nearness: Nearness
    kind: LossKind | Literal["native", "none"]
    rows: int = 0
    questions: int = 0
    models: tuple[str, ...] = ()
    benchmarks: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    note: str = ""

    @property
    def loss_pct(self) -> float | None:
        """Percent of the score lost, None where nothing was measured; a recovery above 100 % is chance."""
        return None if self.recovery_pct is None else max(0.0, 100.0 - self.recovery_pct)

    @property
    def range_pct(self) -> tuple[float, float] | None:
        """The 80 % range of the recovery [%]."""
        if self.recovery_pct is None:
            return None
        half = Z80 * self.stderr_pct
        return min(100.0, self.recovery_pct - half), min(100.0, self.recovery_pct + half)

    def within(self, max_loss_pct: float) -> bool:
        """Whether the loss is known to be within a limit: the estimate is, and the lower end of its 80 % range is
        within twice the limit. What nothing was measured of never is; what is native always is."""
        if self.kind == "native":
            return True
        if self.loss_pct is None or self.range_pct is None:
            return False
        return self.loss_pct <= max_loss_pct and 100.0 - self.range_pct[0] <= MOST_OF_RANGE * max_loss_pct


@dataclass(frozen=True, slots=True)
class ServedLoss:
    """The loss of weights and of the cache, and of both together."""

    weights: Loss
    cache: Loss

    @property
    def together(self) -> Loss:
        """The product of both; as far from the model asked about as the farther of them."""
        w, c = self.weights, self.cache
        if c.kind == "native":
            return w
        if w.kind == "native":
            return c
        far = max((w, c), key=lambda part: DISTANCES.index(part.nearness))
        if w.recovery_pct is None or c.recovery_pct is None:
            return far
        return replace(
            far, format=f"{w.format}, {c.format}",
            recovery_pct=min(w.recovery_pct, 100.0) * min(c.recovery_pct, 100.0) / 100.0,
            stderr_pct=(w.stderr_pct**2 + c.stderr_pct**2) ** 0.5, rows=w.rows + c.rows,
            questions=w.questions + c.questions, models=named((*w.models, *c.models)),
            benchmarks=named((*w.benchmarks, *c.benchmarks)), sources=named((*w.sources, *c.sources)),
            note=joined(*named((w.note, c.note))),
        )  # fmt: skip

    def within(self, max_loss_pct: float) -> bool:
        """Whether both are known, and their loss together is within the limit."""
        return self.together.within(max_loss_pct)


def named(names: Iterable[str]) -> tuple[str, ...]:
    """Each once, as they come."""
    return tuple(dict.fromkeys(names))


def joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
