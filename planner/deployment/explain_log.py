"""A start-up log against the estimate of the same start, and the single settings that would explain what differs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from planner.answers.explained import ExplainedFigure, ExplainedLog
from planner.catalogs import Catalogs
from planner.deployment.log_changes import SettingChange, changes
from planner.deployment.log_deployment import LoggedStart, Stated, start_of
from planner.errors import PlannerError
from planner.logs.record import StartupLog
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.startup.lines import log_figures
from planner.version import __version__

NEAR_PCT = 2.0
# In this order; what follows from others alone is left out.
COMPARED = (
    "weights_gib", "consumed_gib", "non_torch_gib", "activation_gib", "graphs_gib", "graphs_estimated_gib",
    "kv_pool_gib", "state_pool_gib", "state_slots", "kv_tokens", "window_tokens", "blocks", "block_tokens",
    "concurrency", "compute_gib", "total_gib", "load_end_free_gib", "pool_end_free_gib", "end_free_gib",
)  # fmt: skip
# Given by the log, not estimated.
INPUTS = ("total_gib",)
# Of less than so much no share is told.
LEAST_GIB = 0.15
FigureByName = Mapping[str, float]


def explain_log(log: StartupLog, given: Stated, catalogs: Catalogs, coefficients: Coefficients) -> ExplainedLog:
    """Each figure of the log beside ours. Raises InputError where the log and the flags do not name a deployment."""
    start = start_of(log, given, catalogs)
    design, notes = one_design(start.deployment, catalogs, start.found)
    ours = _figures(log, start, start.deployment, catalogs, coefficients)
    told = {name: value for name in COMPARED if (value := log.figures.stated.get(name)) is not None}
    off = [name for name in told if name not in INPUTS and not _near(told[name], ours.get(name), name)]
    tried = _tried(log, start, catalogs, coefficients) if off else []
    rows = [_row(name, told[name], ours, told, tried if name in off else []) for name in told]
    return ExplainedLog(
        status="differs" if off else "agrees", version=__version__, engine=log.engine,
        engine_version=start.deployment.settings.engine_version, model=design.model.checkpoint,
        gpu=design.gpus[0].name, weight_format=design.formats[0].id, kv_format=design.kv_formats[0].id,
        split=str(start.deployment.split), figures=rows, tried=len(tried), failure=log.failure,
        assumptions=[*start.notes, *notes, *start.deployment.settings.texts()],
    )  # fmt: skip


def _figures(
    log: StartupLog, start: LoggedStart, d: Deployment, catalogs: Catalogs, coefficients: Coefficients
) -> FigureByName:
    design, _ = one_design(d, catalogs, start.found)
    context = log.figures.concurrency_tokens if d.settings.max_model_len is None else None
    found = log_figures(
        design, coefficients, sequences=float(design.engines[0].most_sequences(d.max_sequences)), context=context,
        consumed=log.figures.consumed_gib is not None or None,
    )  # fmt: skip
    # A log states graphs of no size, too.
    return {"graphs_gib": 0.0, **found}


def _tried(
    log: StartupLog, start: LoggedStart, catalogs: Catalogs, coefficients: Coefficients
) -> list[tuple[SettingChange, FigureByName]]:
    """The figures of every single change that is legal."""
    found = []
    for change in changes(start):
        try:
            found.append((change, _figures(log, start, change.deployment, catalogs, coefficients)))
        except (PlannerError, ValueError):
            continue
    return found


def _near(told: float, ours: float | None, name: str) -> bool:
    if ours is None:
        return False
    least = LEAST_GIB if name.endswith("_gib") else 0.0
    return abs(ours - told) <= max(NEAR_PCT / 100.0 * abs(told), least if abs(told) < 10 * least else 0.0)


def _row(
    name: str, told: float, ours: FigureByName, all_told: FigureByName, tried: list[tuple[SettingChange, FigureByName]]
) -> ExplainedFigure:
    own = ours.get(name)
    return ExplainedFigure(
        name=name.removesuffix("_gib"), unit="GiB" if name.endswith("_gib") else "", log=told, ours=own,
        difference=np.nan if own is None else own - told,
        difference_pct=np.nan if own is None or told == 0.0 else 100.0 * (own / told - 1.0),
        explained_by=_explanation(name, told, all_told, tried),
    )  # fmt: skip


def _explanation(
    name: str, told: float, all_told: FigureByName, tried: list[tuple[SettingChange, FigureByName]]
) -> str:
    """The change with which this figure is near, and of several the one with which all others are nearest."""
    fits = [(change, found) for change, found in tried if _within(told, found.get(name), name)]
    if not fits:
        return ""
    return min(fits, key=lambda pair: _distance(all_told, pair[1]))[0].text


def _within(told: float, ours: float | None, name: str) -> bool:
    if told == 0.0:
        return _near(told, ours, name)
    return ours is not None and abs(ours / told - 1.0) <= NEAR_PCT / 100.0


def _distance(told: FigureByName, ours: FigureByName) -> float:
    """How far all figures are from the log, each by at most its own size."""
    return sum(
        min(1.0, abs(ours[name] - value) / max(abs(value), LEAST_GIB)) if name in ours else 1.0
        for name, value in told.items()
    )
