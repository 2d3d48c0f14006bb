"""From matched runs to factors, intervals and errors, one GPU under one engine at a time."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from planner.calibration.least_squares import FIGURES, Target
from planner.calibration.own.answer import PlaceFigure, RunFigure
from planner.calibration.own.matching import Matched
from planner.calibration.own.problem import (
    FAR,
    WEIGHT,
    OwnProblem,
    errors_at,
    factors_of,
    fitted,
    left_out_errors,
    own_problem,
)
from planner.calibration.own.spread import Span, median_size, narrowed, narrowing
from planner.catalogs import Catalogs
from planner.evidence import llamacpp, serving
from planner.evidence.serving import MeasuredPoints
from planner.formulas.types import Array
from planner.physics.case import EvidenceCase
from planner.physics.coefficients import Coefficients
from planner.physics.own import MeasuredPlace, OwnFactors

# Fits without one run each up to so many; of more runs, so many groups are left out in turn.
MOST_FITS = 30
ServedFigure = Literal["ttft", "tpot", "output_tok_s"]
NAMES: dict[str, ServedFigure] = {"ttft_s": "ttft", "tpot_s": "tpot", "output_tok_s": "output_tok_s"}
# What a test of llama.cpp tells: generation a time per token, a prompt a time to first token.
SHOWN: tuple[ServedFigure, ...] = ("ttft", "tpot", "output_tok_s")
OF_SPEED = {"generation": "tpot", "prompt": "ttft"}


@dataclass(frozen=True)
class OwnUpdate:
    """Factors and runs of all places, and what to show of them."""

    own: OwnFactors
    runs: list[RunFigure]
    places: list[PlaceFigure]


def update(found: Sequence[Matched], catalogs: Catalogs, base: Coefficients, day: str) -> OwnUpdate:
    """The own factors by these runs on top of `base`; day: of runs whose files name none, YYYY-MM-DD."""
    factors: dict[tuple[str, str, str], float] = {}
    own: list[MeasuredPlace] = []
    runs: list[RunFigure] = []
    places: list[PlaceFigure] = []
    for place in dict.fromkeys(_place(m) for m in found):
        one = _Place.of([m for m in found if _place(m) == place], catalogs, base)
        factors |= factors_of(one.problem, one.unknowns)
        runs += one.shown()
        for configuration in dict.fromkeys(m.point.case.configuration for m in one.matched):
            mine, shown = one.narrowed(configuration, base, day)
            own.append(mine)
            places += shown
    return OwnUpdate(OwnFactors(factors, tuple(own)), runs, places)


def _place(m: Matched) -> tuple[str, str]:
    return m.point.gpu.id, m.point.engine.id


def useful(found: Matched, catalogs: Catalogs) -> bool:
    """Whether a run tells a figure that is fitted."""
    data = _measured([found], catalogs)
    return any(bool(np.isfinite(getattr(data, name)).any()) for name in FIGURES) and bool((data.weight > 0.0).all())


def apart(
    found: Sequence[Matched], catalogs: Catalogs, base: Coefficients
) -> tuple[list[Matched], list[tuple[Matched, str]]]:
    """The runs whose figures can be of what they state, and the others with the reason: FAR times the prediction or
    less than one FAR-th of it is no error of a prediction."""
    reasons: dict[int, str] = {}
    for place in dict.fromkeys(_place(m) for m in found):
        order, problem = _ordered([m for m in found if _place(m) == place], catalogs, base)
        errors = errors_at(problem, np.zeros(len(problem.keys)))
        for name in FIGURES:
            for m, error in zip(order, errors[name], strict=True):
                if abs(error) > np.log(FAR):
                    side = "above" if error < 0.0 else "below"
                    reasons[id(m)] = f"its {NAMES[name]} is more than {FAR:,.0f} times {side} the predicted: impossible"
    return [m for m in found if id(m) not in reasons], [(m, reasons[id(m)]) for m in found if id(m) in reasons]


def _measured(found: Sequence[Matched], catalogs: Catalogs) -> MeasuredPoints:
    """Runs as columns; all are served loads, or all are tests of llama.cpp."""
    reader = llamacpp.measured if found[0].is_speed else serving.measured
    return reader([m.row for m in found], catalogs)


@dataclass(frozen=True)
class _Place:
    """Runs of one GPU under one engine in the order of the problem, its solution, and errors before and left out."""

    matched: tuple[Matched, ...]
    problem: OwnProblem
    unknowns: Array
    before: dict[str, Array]
    left_out: dict[str, Array]

    @classmethod
    def of(cls, found: Sequence[Matched], catalogs: Catalogs, base: Coefficients) -> _Place:
        order, problem = _ordered(found, catalogs, base)
        x = fitted(problem, np.ones(len(order), dtype=bool))
        before = errors_at(problem, np.zeros_like(x))
        return cls(order, problem, x, before, left_out_errors(problem, _runs(order)))

    def shown(self) -> list[RunFigure]:
        """Each figure of each run, measured and predicted."""
        out = []
        for i, m in enumerate(self.matched):
            for name in FIGURES:
                value = float(getattr(self.problem.target, name)[i])
                if np.isfinite(value):
                    scale = 1.0 if name == "output_tok_s" else 1e3
                    before, left = (scale * value * float(np.exp(e[name][i])) for e in (self.before, self.left_out))
                    out.append(
                        RunFigure(
                            run=m.place, model=m.point.model.id, gpu=m.point.gpu.name, engine=m.point.engine.id,
                            figure=NAMES[name], measured=scale * value, before=before, left_out=left, tpot=m.run.tpot,
                        )
                    )  # fmt: skip
        return out

    def narrowed(
        self, configuration: tuple[str, ...], base: Coefficients, day: str
    ) -> tuple[MeasuredPlace, list[PlaceFigure]]:
        """What the runs of one configuration narrow."""
        here = np.array([m.point.case.configuration == configuration for m in self.matched])
        mine = [m for m, own in zip(self.matched, here, strict=True) if own]
        first = mine[0].point
        bases = [base.basis(m.point.case) for m in mine]
        intervals: dict[str, Span] = {}
        cautions: dict[str, dict[float, float]] = {}
        shown: list[tuple[ServedFigure, int, float | None, float | None, Span, Span]] = []
        for figure in SHOWN:
            standing = _widest([base.interval_on(figure, b) for b in bases])
            errors = [self._of(side, figure, here) for side in (self.before, self.left_out)]
            power = narrowing(errors[1], standing)
            intervals[figure] = narrowed(standing, power)
            told = [base.cautions.get(b, {}).get(figure, {}) for b in bases]
            sure = {level: max(t.get(level, 1.0) for t in told) for level in sorted({k for t in told for k in t})}
            if sure:
                cautions[figure] = {level: round(value**power, 4) for level, value in sure.items()}
            count = int(np.isfinite(errors[1]).sum())
            if count:
                before, after = (median_size(e) for e in errors)
                shown.append((figure, count, before, after, standing, intervals[figure]))
        last = max(m.run.day or day for m in mine)
        runs = MeasuredPlace(*_names(first.case), last, len(mine), intervals, cautions)
        return runs, [
            PlaceFigure(
                gpu=first.gpu.name, engine=first.engine.id, model=first.model.id, weights=first.fmt.id,
                split=str(first.split), figure=figure, points=count,
                error_before=_or_nan(before), error_left_out=_or_nan(after), interval_before=standing, interval=span,
                basis=runs.basis,
            )
            for figure, count, before, after, standing, span in shown
        ]  # fmt: skip

    def _of(self, errors: dict[str, Array], figure: str, here: npt.NDArray[np.bool_]) -> Array:
        """Log errors of one figure; speeds of llama.cpp stand for the time that they are the inverse of."""
        column = next(name for name, short in NAMES.items() if short == figure)
        speed = np.array([OF_SPEED.get(m.point.load, "") for m in self.matched])
        out = np.where(speed == figure, -errors["output_tok_s"], errors[column])
        out = np.where((speed != "") & (speed != figure), np.nan, out)
        return out[here]


def _ordered(
    found: Sequence[Matched], catalogs: Catalogs, base: Coefficients
) -> tuple[tuple[Matched, ...], OwnProblem]:
    """The problem of the runs of one place, and the runs in its order."""
    order: list[Matched] = []
    columns: list[MeasuredPoints] = []
    for speed in (False, True):
        kind = [m for m in found if m.is_speed == speed]
        if kind:
            data = _measured(kind, catalogs)
            columns.append(data)
            order += [kind[i] for i in data.rows]
    # As the problem has them: the points of each model together.
    models = list(dict.fromkeys(m.point.model.id for m in order))
    index = sorted(range(len(order)), key=lambda i: models.index(order[i].point.model.id))
    told = {name: np.concatenate([getattr(data, name) for data in columns])[index] for name in FIGURES}
    order = [order[i] for i in index]
    target = Target(**told, weight=np.full(len(order), WEIGHT))
    return tuple(order), own_problem([m.point for m in order], target, base)


def _names(case: EvidenceCase) -> tuple[str, str, str, str, str]:
    return case.gpu, case.engine, case.model, case.weights, case.split


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _widest(spans: Iterable[Span]) -> Span:
    return max(spans, key=lambda span: span[1] / span[0])


def _runs(found: Sequence[Matched]) -> npt.NDArray[np.int64]:
    """The number of each run; repeats of one load of one configuration are one, and beyond MOST_FITS they share."""
    names = [
        str((m.point.case, m.point.load, m.point.isl, m.point.osl, m.point.concurrency, m.point.depth)) for m in found
    ]
    number = {name: i for i, name in enumerate(dict.fromkeys(names))}
    if len(number) > MOST_FITS:
        return np.array([zlib.crc32(name.encode()) % MOST_FITS for name in names], dtype=np.int64)
    return np.array([number[name] for name in names], dtype=np.int64)
