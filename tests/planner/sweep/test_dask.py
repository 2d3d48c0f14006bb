from __future__ import annotations

from concurrent.futures import CancelledError, ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from planner.errors import InputError
from planner.sweep import dask
from planner.sweep.grid import axis, grid
from planner.sweep.rows import answer_of
from planner.sweep.run import SweepWork
from planner.sweep.sweep import sweep
from tests.consistency.drawn import TORTURE

SCENARIOS = grid([axis("traffic.rate_per_s=1,2,4", {})])


class Client:
    """The part of Dask's client that is used, on this process."""

    def __init__(self, address: str, timeout: str) -> None:
        if address != "tcp://here:1":
            raise OSError("nobody is there")

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def scatter(self, value: Any, broadcast: bool, timeout: float) -> Any:
        return value

    def submit(self, call: Any, *args: Any, pure: bool) -> Any:
        return SimpleNamespace(result=lambda: call(*args), release=lambda: None)


def completed(futures: list[Any], with_results: bool) -> Any:
    return ((future, future.result()) for future in reversed(futures))


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> None:
    found = SimpleNamespace(
        Client=Client,
        as_completed=completed,
        KilledWorker=type("KilledWorker", (Exception,), {}),
    )
    monkeypatch.setattr(dask, "_library", lambda: found)


def test_rows_of_a_cluster_are_those_of_this_process(work: SweepWork, library: None) -> None:
    assert sweep(work, SCENARIOS, address="tcp://here:1") == sweep(work, SCENARIOS)


def test_no_scheduler_is_one_line(work: SweepWork, library: None) -> None:
    with pytest.raises(InputError, match="--dask: no scheduler"):
        list(dask.rows_of(work, SCENARIOS, address="tcp://there:1"))


@pytest.mark.parametrize(("error", "told"), [(TimeoutError(), "no worker"), (CancelledError(), "was lost"),
                                              (OSError("closed"), "was lost")])  # fmt: skip
def test_a_cluster_without_workers_or_that_ends_is_one_line(
    work: SweepWork, library: None, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    def lost(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(Client, "scatter", lost)
    with pytest.raises(InputError, match=f"^--dask: .*{told}[^\n]*$"):
        list(dask.rows_of(work, SCENARIOS, address="tcp://here:1"))


def test_threads_of_a_worker_take_turns(work: SweepWork, monkeypatch: pytest.MonkeyPatch) -> None:
    running, most = 0, 0

    def counted(*args: Any, **named: Any) -> Any:
        nonlocal running, most
        running += 1
        most = max(most, running)
        row = answer_of(*args, **named)
        running -= 1
        return row

    monkeypatch.setattr(dask, "answer_of", counted)
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda s: dask.answered([s], work), enumerate(SCENARIOS)))
    assert [number for ((number, _),) in rows] == [0, 1, 2]
    assert most == 1


def test_the_library_is_an_extra(work: SweepWork, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(dask, "import_module", missing)
    with pytest.raises(InputError) as error:
        list(dask.rows_of(work, SCENARIOS, address="tcp://here:1"))
    assert str(error.value) == dask.MISSING


def test_a_cluster_of_processes_gives_the_same_rows(work: SweepWork) -> None:
    """Of one process, which takes over a second to start; of two with GPUPLAN_TORTURE=1."""
    distributed = pytest.importorskip("distributed")
    processes = 2 if TORTURE else 1
    with distributed.LocalCluster(n_workers=processes, threads_per_worker=1, dashboard_address=None) as cluster:
        assert sweep(work, SCENARIOS, address=cluster.scheduler_address) == sweep(work, SCENARIOS)
