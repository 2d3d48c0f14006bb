"""The part of `Planner` that asks for many scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.request.strict import number

if TYPE_CHECKING:
    from planner.catalogs import Catalogs
    from planner.physics.coefficients import Coefficients
    from planner.progress import Progress


class Sweeps:
    """Mixed into `Planner`, whose catalogs and coefficients it uses."""

    _catalogs: Catalogs
    _coefficients: Coefficients
    _today: date | None

    def sweep(
        self, base: Mapping[str, Any], scenarios: Sequence[Mapping[str, Any]], *, out: Path | str | None = None,
        simulate: bool = False, jobs: int | None = None, dask: str | None = None, progress: Progress | None = None,
    ) -> dict[str, list[Any]]:  # fmt: skip
        """The cheapest cluster of each scenario, as columns: keys that change, then figures; one row a scenario.

        base: tables of a workload, as `parse_request` takes them; scenarios: dotted keys over it
        (`{"traffic.rate_per_s": 2.0}`); out: a .csv, .jsonl or .parquet file that the rows are written into; a sweep
        into it that was ended goes on; simulate: check each winner as `plan` does; jobs: processes (default: all
        cores); dask: address of a scheduler. What cannot be asked is a row with its error. Raises PlannerError.
        """
        from planner.request.reading import path_of
        from planner.sweep.grid import check as check_values
        from planner.sweep.run import SweepWork, processors
        from planner.sweep.sweep import sweep
        from planner.sweep.written import check

        target = None if out is None else path_of(out, "out")
        if target is not None:
            check(target)
        if jobs is not None:
            number(jobs, "jobs", 1, 1024, whole=True)
        for number_of, scenario in enumerate(scenarios, 1):
            check_values(scenario, f"scenarios: {number_of}")
        day = self._today or datetime.now(UTC).date()
        work = SweepWork(base, self._catalogs, self._coefficients, day, simulate)
        count = processors() if jobs is None else jobs
        return sweep(work, scenarios, jobs=count, address=dask, target=target, progress=progress)
