"""The same on an existing Dask cluster, whose workers have this package installed (extra `dask`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from importlib import import_module
from threading import Lock
from typing import Any

from planner.errors import InputError
from planner.plan.context import Context
from planner.sweep.grid import Scenario
from planner.sweep.rows import answer_of
from planner.sweep.run import NumberedRow, SweepWork, Task, tasks

# How long a cluster may take to get its first worker.
WORKERS_S = 60.0
MISSING = "--dask: distributed is not installed; the extra has it: pip install 'gpuplan[dask]'"


def rows_of(
    work: SweepWork, scenarios: Sequence[Scenario], *, address: str, done: frozenset[int] = frozenset()
) -> Iterator[NumberedRow]:
    """(Number, row) of each scenario that is not `done`, as they are ready. Raises InputError without the library or a
    scheduler at `address`."""
    distributed = _library()
    try:
        client = distributed.Client(address, timeout="10s")
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(f"--dask: no scheduler answers at {address[:80]!r} ({type(error).__name__})") from error
    with client:
        try:
            sent = client.scatter(work, broadcast=True, timeout=WORKERS_S)
            futures = [client.submit(answered, task, sent, pure=False) for task in tasks(scenarios, done)]
            # Results come with the news that they are ready, many at once: to ask for each takes as long as a task.
            for future, rows in distributed.as_completed(futures, with_results=True):
                yield from rows
                future.release()
        except TimeoutError:
            raise InputError(f"--dask: no worker at {address[:80]!r} in {WORKERS_S:.0f} s") from None
        except (OSError, CancelledError, distributed.KilledWorker) as error:
            kind = type(error).__name__
            raise InputError(
                f"--dask: the cluster at {address[:80]!r} was lost ({kind}); run again to go on"
            ) from error


def answered(task: Task, work: SweepWork) -> list[NumberedRow]:
    """The rows of one task, on a worker. The threads of one process take turns: tables are kept for all of them."""
    with _Worker.turn:
        context = _context(work)
        return [(i, answer_of(work.base, s, context, work.day, simulate=work.simulate)) for i, s in task]


class _Worker:
    """What a worker keeps between the tasks of one sweep."""

    turn = Lock()
    work: SweepWork | None = None
    context: Context | None = None


def _context(work: SweepWork) -> Context:
    if _Worker.context is None or _Worker.work is not work:
        _Worker.work, _Worker.context = work, Context(work.catalogs, work.coefficients)
    return _Worker.context


def _library() -> Any:
    try:
        return import_module("distributed")
    except ModuleNotFoundError as error:
        if error.name != "distributed":
            raise
        raise InputError(MISSING) from None
