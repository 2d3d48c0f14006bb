"""Whether the pooled losses hold: each model left out in turn, and told by the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models_db.formats import find_format, formats
from models_db.loss_long import bounds, differences, long_excess, with_short
from models_db.loss_pooling import Pooled, by_model, of_rows, posterior, spread
from models_db.loss_record import Z80
from models_db.loss_rows import LossKind, LossRow, same_model


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
    """Every model and format that others were measured in, too; the spread is estimated without it.

    rows: of all formats. Weights are told by the models of the size class, caches by all. Long context of weights is
    told as answers state it: with short tasks, of the model itself where it has any.
    """
    found = []
    for name in dict.fromkeys(row.format for row in rows):
        of_format = [row for row in rows if row.format == name and row.kind == kind]
        for model, own in by_model(of_format).items():
            told = _told(own, of_format)
            if kind == "long" and name in formats():
                told = _with_tasks(model, own[0], told, rows)
            if told is not None:
                found.append(_case(model, own, of_format, told))
    return found


def _case(model: str, own: Sequence[LossRow], rows: Sequence[LossRow], told: Pooled) -> LeftOut:
    measured = of_rows(own, spread([row for row in rows if row not in own] or own, ()).recipe)
    deviation = (told.variance + measured.variance) ** 0.5
    return LeftOut(model, own[0].format, own[0].size_class, measured.mean, told.mean, deviation)


def _told(own: Sequence[LossRow], rows: Sequence[LossRow]) -> Pooled | None:
    """What the rows of other models tell of one, None where there are none near it."""
    others = [row for row in rows if row not in own]
    alike = own[0].format in formats()
    near = [row for row in others if row.size_class == own[0].size_class or not alike]
    if not near:
        return None
    classes = (own[0].size_class,) if alike else tuple({row.size_class for row in rows})
    found = posterior(own[0].model, near, spread(others, classes))
    return None if found is None else found.pooled


def _with_tasks(model: str, row: LossRow, long: Pooled | None, rows: Sequence[LossRow]) -> Pooled | None:
    """Long context from that of other models and from tasks; the excess is that of the other models."""
    fmt = find_format(row.format)
    tasks = [r for r in rows if r.kind == "task" and r.format in bounds(fmt)]
    near = [r for r in tasks if r.size_class == row.size_class or same_model(r.model) == model]
    found = posterior(row.model, near, spread(tasks, (row.size_class,))) if near else None
    if found is None and long is None:
        return None
    excess = long_excess(fmt, differences([r for r in rows if same_model(r.model) != model]))
    return with_short(found.pooled if found else None, long, excess)
