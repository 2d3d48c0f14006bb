"""Whether the pooled losses hold: each model left out in turn, and told by the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models_db.loss_pooling import by_model, of_rows, posterior, spread
from models_db.loss_record import Z80
from models_db.loss_rows import LossKind, LossRow


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A model's own recovery against what the others tell of it [%]; deviation: of both together."""

    model: str
    format: str
    size_class: str
    measured_pct: float
    told_pct: float
    deviation_pct: float

    @property
    def error_pct(self) -> float:
        return self.measured_pct - self.told_pct

    @property
    def inside(self) -> bool:
        """Whether the measured recovery is within the 80 % range of what was told, its own noise included."""
        return abs(self.error_pct) <= Z80 * self.deviation_pct


def left_out(rows: Sequence[LossRow], kind: LossKind = "task") -> list[LeftOut]:
    """Every model and format that others of its size class were measured in, too; the spread is estimated without it.

    rows: of all formats.
    """
    found = []
    for name in dict.fromkeys(row.format for row in rows):
        of_format = [row for row in rows if row.format == name and row.kind == kind]
        for model, own in by_model(of_format).items():
            found += _told(model, own, of_format)
    return found


def _told(model: str, own: Sequence[LossRow], rows: Sequence[LossRow]) -> list[LeftOut]:
    others = [row for row in rows if row not in own]
    near = [row for row in others if row.size_class == own[0].size_class]
    if not near:
        return []
    known = spread(others, (own[0].size_class,))
    told = posterior(own[0].model, near, known)
    assert told is not None
    measured = of_rows(own, known.recipe)
    deviation = (told.pooled.variance + measured.variance) ** 0.5
    return [LeftOut(model, own[0].format, own[0].size_class, measured.mean, told.pooled.mean, deviation)]
