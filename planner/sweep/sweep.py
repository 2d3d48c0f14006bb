"""A sweep from scenarios to columns, kept in a journal where it goes into a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from planner.progress import Progress
from planner.sweep import dask, run
from planner.sweep.digest import digest
from planner.sweep.grid import Scenario
from planner.sweep.journal import Journal
from planner.sweep.rows import SweepRow
from planner.sweep.run import NumberedRow, SweepWork
from planner.sweep.written import SweepColumns, columns_of, write


def sweep(
    work: SweepWork, scenarios: Sequence[Scenario], *, jobs: int = 1, address: str | None = None,
    target: Path | None = None, progress: Progress | None = None,
) -> SweepColumns:  # fmt: skip
    """A row for each scenario, in their order, as columns.

    jobs: processes; address: of a Dask scheduler instead; target: a file that the columns are written into, whose
    journal a sweep that was ended goes on from; progress: called with (rows ready, all). Raises PlannerError.
    """
    if target is None:
        rows: dict[int, SweepRow] = {}
        for number, row in _found(work, scenarios, jobs, address, frozenset()):
            rows[number] = row
            _tell(progress, len(rows), len(scenarios))
        return columns_of(scenarios, [rows[i] for i in range(len(scenarios))])
    return _into(target, work, scenarios, jobs, address, progress)


def _into(
    target: Path,
    work: SweepWork,
    scenarios: Sequence[Scenario],
    jobs: int,
    address: str | None,
    progress: Progress | None,
) -> SweepColumns:
    journal = Journal(target, {"of": digest(work, scenarios)}, work.day.isoformat(), len(scenarios))
    done = False
    try:
        # Ages of prices count to the day of the first run, whenever the rest is computed.
        work = replace(work, day=date.fromisoformat(journal.day))
        _tell(progress, len(journal.rows), len(scenarios))
        for number, row in _found(work, scenarios, jobs, address, frozenset(journal.rows)):
            journal.add(number, row)
            _tell(progress, len(journal.rows), len(scenarios))
        columns = columns_of(scenarios, [journal.rows[i] for i in range(len(scenarios))])
        write(columns, target)
        done = True
    finally:
        journal.close(done=done)
    return columns


def _found(
    work: SweepWork, scenarios: Sequence[Scenario], jobs: int, address: str | None, done: frozenset[int]
) -> Iterator[NumberedRow]:
    if address is not None:
        return dask.rows_of(work, scenarios, address=address, done=done)
    return run.rows_of(work, scenarios, jobs=jobs, done=done)


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)
