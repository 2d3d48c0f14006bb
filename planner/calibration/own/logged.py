"""Start-up logs of one call, judged, with what those of earlier calls say of the same places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planner.calibration.own.answer import MemoryPlace, Refused, RunFigure
from planner.calibration.own.logs import log_figures, with_stated
from planner.calibration.own.memory import LoggedMemory, Overheads, logged_memory, memory_places, overheads
from planner.calibration.own.missing import example_of
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.evidence.names import find_gpu
from planner.evidence.table import number
from planner.measurements.run import MeasuredRun
from planner.physics.coefficients import Coefficients

KNOWN = "is stored already"
NO_GPU = "compared alone, as it does not name the GPU; --gpu does"
# Without one of them nothing says how much memory there is.
CARD = ("gpu_mem_gib", "free_before_gib")
LogCells = tuple[str, Mapping[str, str]]


@dataclass(frozen=True)
class JudgedLogs:
    """kept: the new logs that tell of memory, with the cells that flags state; shown: the figures of all; overheads,
    places: by new logs and stored ones of the same places; notes: what the others do not state."""

    kept: list[LogCells]
    shown: list[RunFigure]
    refused: list[Refused]
    overheads: Overheads
    places: list[MemoryPlace]
    notes: list[str]


def judged_logs(
    logs: Sequence[tuple[str, MeasuredRun]], before: Sequence[LogCells], given: Mapping[str, str], catalogs: Catalogs,
    base: Coefficients,
) -> JudgedLogs:  # fmt: skip
    """before: the logs that are stored; given: columns that flags state for all files."""
    kept: list[LogCells] = []
    shown: list[RunFigure] = []
    refused: list[Refused] = []
    notes: list[str] = []
    new: list[LoggedMemory] = []
    for file, run in logs:
        row = with_stated(run.cells, given)
        try:
            needs = _unstated(row, catalogs)
            if needs:
                raise InputError(needs)
            figures = log_figures(file, row, catalogs, base)
            if any(row == dict(known) for _, known in (*before, *kept)):
                raise InputError(KNOWN)
            found = logged_memory(file, row, catalogs, base)
        except InputError as error:
            refused.append(Refused(run=file, reason=str(error)))
            continue
        shown += figures
        if found is not None:
            new.append(found)
            kept.append((file, row))
        elif not row.get("gpu"):
            notes.append(f"{file}: {NO_GPU}")
    places = {log.place for log in new}
    every = [*(log for log in told(before, catalogs, base) if log.place in places), *new]
    found_all = overheads(every)
    return JudgedLogs(kept, shown, refused, found_all, memory_places(every, found_all), notes)


def _unstated(row: Mapping[str, str], catalogs: Catalogs) -> str:
    """What a log does not state, with the flags that do; empty where it states enough."""
    gpu = row.get("gpu") or ""
    known = find_gpu(gpu, catalogs.hardware) is not None or any(number(row.get(name)) for name in CARD)
    needs = {} if row.get("model_hf_id") else {"--model": "the model"}
    needs |= {} if known else {"--gpu": "a GPU of the catalog"}
    return f"does not name {' and '.join(needs.values())}; give it (as {example_of(needs)})" if needs else ""


def told(logs: Sequence[LogCells], catalogs: Catalogs, base: Coefficients) -> list[LoggedMemory]:
    """What stored logs say of memory; raises InputError."""
    found = (logged_memory(file, row, catalogs, base) for file, row in logs)
    return [log for log in found if log is not None]
