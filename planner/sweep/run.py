"""Scenarios on one process or many. Scenarios that share tables run one after another, so that these are kept."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from datetime import date
from typing import Any

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.plan.context import Context
from planner.sweep.grid import Scenario, name_of
from planner.sweep.rows import SweepRow, answer_of

# Scenarios of one task: each has a thousand candidates or more, so that a task outweighs its own cost by far.
BATCH = 32
# How soon the processes of a program that was killed end [s].
LOOK_EVERY_S = 1.0
# Tasks that wait for each process.
AHEAD = 2
# What tables do not depend on: scenarios that differ in these alone share them.
OF_LOADS = ("traffic.rate_per_s", "sla.", "limits.")
NumberedRow = tuple[int, SweepRow]
Submit = Callable[[Callable[..., Any], "SweepWork", "Task"], Any]


@dataclass(frozen=True)
class SweepWork:
    """What every scenario is asked against; goes to each process once.

    base: tables of the workload that scenarios change; day: that the age of prices counts to.
    """

    base: Mapping[str, Any]
    catalogs: Catalogs
    coefficients: Coefficients
    day: date
    simulate: bool = False


Task = list[tuple[int, Scenario]]


def tasks(scenarios: Sequence[Scenario], done: frozenset[int] = frozenset()) -> list[Task]:
    """The scenarios that are not `done`, in batches whose scenarios share tables where they can."""
    groups: dict[str, Task] = {}
    for i, scenario in enumerate(scenarios):
        if i not in done:
            shared = {key: v for key, v in scenario.items() if not key.startswith(OF_LOADS)}
            groups.setdefault(name_of(shared), []).append((i, scenario))
    return [group[k : k + BATCH] for group in groups.values() for k in range(0, len(group), BATCH)]


def rows_of(
    work: SweepWork, scenarios: Sequence[Scenario], *, jobs: int, done: frozenset[int] = frozenset()
) -> Iterator[NumberedRow]:
    """(Number, row) of each scenario that is not `done`, in the order in which they are ready.

    jobs: processes; with one, all is computed in this one.
    """
    todo = tasks(scenarios, done)
    if jobs <= 1 or len(todo) <= 1:
        context = Context(work.catalogs, work.coefficients)
        for task in todo:
            yield from _answered(task, work, context)
        return
    with ProcessPoolExecutor(min(jobs, len(todo)), initializer=_begin, initargs=(work,)) as pool:
        try:
            yield from _in_turn(todo, lambda task: pool.submit(_in_process, task), AHEAD * jobs)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _in_turn(
    todo: Sequence[Task], submit: Callable[[Task], Future[list[NumberedRow]]], ahead: int
) -> Iterator[NumberedRow]:
    """The rows of all tasks as they end; no more than `ahead` wait, so that memory does not grow with the sweep."""
    left = iter(todo)
    running: set[Future[list[NumberedRow]]] = set()
    while True:
        while len(running) < ahead and (task := next(left, None)) is not None:
            running.add(submit(task))
        if not running:
            return
        ended, running = wait(running, return_when=FIRST_COMPLETED)
        for future in ended:
            yield from future.result()


def _answered(task: Task, work: SweepWork, context: Context) -> list[NumberedRow]:
    return [(i, answer_of(work.base, s, context, work.day, simulate=work.simulate)) for i, s in task]


class _Process:
    """What a process keeps between its tasks."""

    work: SweepWork
    context: Context


def _begin(work: SweepWork) -> None:
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    _Process.work, _Process.context = work, Context(work.catalogs, work.coefficients)


def _end_with(parent: int) -> None:
    """End this process once its parent has: one that is killed tells nobody, and its processes would wait for ever."""
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_S)
    os._exit(1)


def _in_process(task: Task) -> list[NumberedRow]:
    return _answered(task, _Process.work, _Process.context)


def processors() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
