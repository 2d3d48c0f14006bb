"""A user's calibration from files to factors: read, matched, checked, fitted with what was stored before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from planner.calibration.own.answer import CalibrationAnswer, Refused
from planner.calibration.own.files import read_files
from planner.calibration.own.logged import KNOWN, JudgedLogs, LogCells, judged_logs, told
from planner.calibration.own.logs import LOG
from planner.calibration.own.matching import Matched, matched
from planner.calibration.own.memory import overheads
from planner.calibration.own.missing import MissingError, together
from planner.calibration.own.question import notes_of
from planner.calibration.own.record import StoredCalibration
from planner.calibration.own.refusals import contradiction, impossible
from planner.calibration.own.store import read, stored, write
from planner.calibration.own.update import OwnUpdate, apart, update, useful
from planner.catalogs import Catalogs
from planner.errors import InputError, PlannerError
from planner.measurements.run import NONE, MeasuredRun
from planner.physics.coefficients import Coefficients
from planner.physics.own import OwnFactors

UNTOLD = "tells no figure that is fitted: a mean or median TPOT, a TTFT of a closed loop, or tokens a second"


@dataclass(frozen=True)
class Calibration:
    """What files and stored runs make together; rows: the new ones, as they are stored."""

    answer: CalibrationAnswer
    own: OwnFactors
    rows: tuple[Mapping[str, Any], ...]
    day: str

    def stored_in(self, overlay: Path) -> str:
        """Store it in the user's catalog; returns its number. Raises InputError where no run was left, OutputError."""
        if not self.rows:
            raise InputError("calibrate: every run was refused; there is nothing to store")
        return write(overlay, self.day, self.rows, self.own, {"answer": self.answer.model_dump(mode="json")})


def calibrate(
    files: Sequence[Path], given: Mapping[str, str], catalogs: Catalogs, base: Coefficients, *, day: str,
    overlay: Path | None = None,
) -> Calibration:  # fmt: skip
    """The calibration of these files on top of what `overlay` holds; nothing is stored.

    given: columns that flags state for all runs; day: YYYY-MM-DD of runs whose files name none. Raises InputError for a
    file that cannot be read, and MissingError, which names the flags, for what must be stated.
    """
    before, logs_before = _before(overlay, catalogs)
    read_in = read_files(files)
    logged = judged_logs(read_in.logs, logs_before, given, catalogs, base)
    kept: list[Matched] = []
    refused = list(logged.refused)
    missing: list[MissingError] = []
    for file, run in read_in.runs:
        try:
            found = _accepted(file, run, {**_unstated(read_in.told, run), **given}, catalogs, base)
        except MissingError as error:
            missing.append(error)
            continue
        if isinstance(found, Matched) and any(_same(found, old) for old in (*before, *kept)):
            found = Refused(run=found.place, reason=KNOWN)
        (kept if isinstance(found, Matched) else refused).append(found)  # type: ignore[arg-type]
    if missing:
        raise together(missing)
    kept, others = apart(kept, catalogs, base)
    refused += [Refused(run=m.place, reason=reason) for m, reason in others]
    places = {(m.point.gpu.id, m.point.engine.id) for m in kept}
    with_before = [*(m for m in before if (m.point.gpu.id, m.point.engine.id) in places), *kept]
    made = update(with_before, catalogs, base, day)
    own = OwnFactors(made.own.factors, made.own.runs, logged.overheads)
    rows = (*(_row(m) for m in kept), *(_log_row(*log) for log in logged.kept))
    return Calibration(_answer(made, kept, refused, logged), own, rows, day)


def _unstated(told: Mapping[str, str], run: MeasuredRun) -> dict[str, str]:
    """What a log states that the run's own file does not."""
    return {name: value for name, value in told.items() if not run.cells.get(name)}


def _accepted(
    file: str, run: MeasuredRun, given: Mapping[str, str], catalogs: Catalogs, base: Coefficients
) -> Matched | Refused:
    """A run that can be used, or why it is refused; what a flag must state is raised."""
    place = f"{file}: {run.place}" if run.place else file
    reason = contradiction(run)
    if reason:
        return Refused(run=place, reason=reason)
    try:
        found = matched(file, run, given, catalogs)
        reason = impossible(found, base)
    except MissingError:
        raise
    except PlannerError as error:
        return Refused(run=place, reason=str(error))
    if not reason and not useful(found, catalogs):
        reason = UNTOLD
    return Refused(run=place, reason=reason) if reason else found


def _same(one: Matched, other: Matched) -> bool:
    return dict(one.row) == dict(other.row)


def _before(overlay: Path | None, catalogs: Catalogs) -> tuple[list[Matched], list[LogCells]]:
    """The runs and the logs of all stored calibrations."""
    records = [(path, read(path)) for path in stored(overlay)] if overlay is not None else []
    return _again(records, catalogs)


def _again(
    records: Sequence[tuple[Path, StoredCalibration]], catalogs: Catalogs
) -> tuple[list[Matched], list[LogCells]]:
    runs: list[Matched] = []
    logs = []
    for path, record in records:
        for row in record.rows:
            try:
                if row.run.format == LOG:
                    logs.append((row.file, row.run.cells))
                else:
                    runs.append(matched(row.file, row.run, {}, catalogs))
            except PlannerError as error:
                raise InputError(f"{path}: {error}") from error
    # Two programs that store the same run at once know nothing of each other.
    return [run for i, run in enumerate(runs) if not any(_same(run, old) for old in runs[:i])], logs


def again(records: Sequence[tuple[Path, StoredCalibration]], catalogs: Catalogs, base: Coefficients) -> OwnFactors:
    """What the rows of stored calibrations make on other coefficients than they were stored with."""
    day = max(record.made for _, record in records)
    runs, logs = _again(records, catalogs)
    made = update(runs, catalogs, base, day).own
    return OwnFactors(made.factors, made.runs, overheads(told(logs, catalogs, base)))


def _row(found: Matched) -> dict[str, Any]:
    """A run as it is stored: with the columns that flags stated, so that it needs none when it is read again."""
    run = asdict(found.run) | {"cells": dict(found.row), "names": []}
    if found.is_speed:
        run["cells"].pop("weights", None)
    return {"file": found.file, "run": run}


def _log_row(file: str, row: Mapping[str, str]) -> dict[str, Any]:
    return {"file": file, "run": asdict(MeasuredRun(LOG, "", row, tpot=NONE))}


def _answer(made: OwnUpdate, kept: Sequence[Matched], refused: list[Refused], logged: JudgedLogs) -> CalibrationAnswer:
    notes = [*logged.notes, *notes_of(kept), *dict.fromkeys(note for m in kept for note in m.run.notes)]
    if any(m.run.cells.get("load") == "open_loop" for m in kept):
        notes.append(
            "open loops are compared as closed loops of their mean requests in flight, by time per token alone"
        )
    status: Literal["calibrated", "compared", "refused"] = "compared" if logged.shown else "refused"
    return CalibrationAnswer(
        status="calibrated" if kept or logged.kept else status, stored=None, runs=[*logged.shown, *made.runs],
        places=made.places, memory=logged.places, refused=refused, notes=notes,
    )  # fmt: skip
