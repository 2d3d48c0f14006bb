"""`gpuplan sweep`."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path
from typing import Any

import click

from planner.cli import options
from planner.cli.asking import FLAGS, gathered
from planner.cli.common import load_planner, on_terminal, show
from planner.cli.help import HeadedCommand, option
from planner.errors import InputError

SCENARIOS, RUN = "Scenarios", "Rows"
DRAWN_EVERY_S = 0.5
# Short names of keys beside those of flags.
SHORT = {"gpus": "scope.gpus", "preset": "traffic.preset", "rate": "traffic.rate_per_s"}


@click.command("sweep", cls=HeadedCommand)
@options.model_option
@options.gpu_option("GPU of all scenarios (repeatable).")
@options.workload_option
@options.scope_of_each
@options.engine_options
@options.prefix_option
@options.traffic_options
@options.sla_options
@options.market_options
@options.owning_options
@option(
    SCENARIOS,
    "--over",
    "overs",
    multiple=True,
    metavar="KEY=VALUES",
    help="What changes: A,B,C or LOW:HIGH:logN or LOW:HIGH:linN; KEY is a flag's name or a key of a workload file "
    "(repeatable: all combinations, the last one fastest).",
)
@option(
    SCENARIOS,
    "--scenarios",
    type=options.FILE,
    metavar="FILE",
    help="Scenarios from a CSV (a column a key) or from JSON lines, in place of --over.",
)
@option(
    RUN,
    "-o",
    "--out",
    type=options.PLACE,
    metavar="FILE",
    help="Write the rows into FILE (.csv, .jsonl, .parquet); run again, a sweep that was ended goes on.",
)
@option(RUN, "--simulate", is_flag=True, help="Check each winner by simulation, as `plan` does; much slower.")
@option(RUN, "--jobs", type=click.IntRange(1, 1024), metavar="N", help="Processes. [default: all cores]")
@option(RUN, "--dask", "address", metavar="ADDRESS", help="Run on a Dask cluster (extra `dask`), as tcp://host:8786.")
@option(
    RUN,
    "--plot",
    type=options.PLACE,
    metavar="FILE",
    help="Draw the rows into FILE (.svg, .png: extra `report`), or in the terminal for `-`.",
)
@options.list_options
def sweep_command(
    catalog: Path | None, fmt: str, overs: tuple[str, ...], scenarios: Path | None, out: Path | None, simulate: bool,
    jobs: int | None, address: str | None, plot: Path | None, **flags: Any,
) -> int:  # fmt: skip
    """Many scenarios of one workload: a row of the cheapest cluster's figures for each.

    A scenario that nothing meets, or that cannot be asked, is a row with the reason. Rows are in the order of the
    scenarios and the same, whatever the number of processes.

    \b
    Examples:
      gpuplan sweep -w examples/chat-70b.toml --over rate=1:100:log10 --over gpu=H100,H200 -o a.csv
      gpuplan sweep -m Qwen/Qwen3-32B --osl 300 --over rate=1,10 --over kv=bf16,fp8 --tpot-p95 0.05
      gpuplan sweep -w examples/chat-70b.toml --scenarios cases.csv -o sweep.jsonl --plot cost.svg
    """
    from planner.sweep.written import check

    if bool(overs) == (scenarios is not None):
        raise InputError("sweep: give --over KEY=VALUES, or --scenarios FILE")
    if out is not None:
        check(out)
    if plot is not None:
        from planner.report.sweep_charts import can_draw

        can_draw(plot)
    if address is not None:
        # Its log would stand between the one line of an error and who reads it.
        logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)
    asked = gathered(flags)
    found = _scenarios(overs, scenarios)
    with Left(len(found)) as progress:
        columns = load_planner(catalog).sweep(
            asked.data, found, out=out, simulate=simulate, jobs=jobs, dask=address, progress=progress
        )
    if plot is not None:
        from planner.report.sweep_charts import draw

        draw(columns, plot)
    return _told(columns, out, fmt, drawn=plot is not None and str(plot) == "-")


def _scenarios(overs: tuple[str, ...], path: Path | None) -> list[dict[str, Any]]:
    from planner.sweep.grid import grid_of, scenarios_in

    keys = short_names()
    return scenarios_in(path, keys) if path is not None else grid_of(overs, keys)


def short_names() -> dict[str, str]:
    """Keys of a workload by the flags that set them, without dashes."""
    flags: dict[str, str] = {}
    for key, flag in FLAGS.items():
        # A flag of a table sets its mean.
        flags[flag.removeprefix("--")] = key
    return flags | SHORT | {"isl": "input_tokens.mean", "osl": "output_tokens.mean"}


def _told(columns: dict[str, list[Any]], out: Path | None, fmt: str, *, drawn: bool) -> int:
    """Where the rows are, or the rows themselves; exit code 1 where no scenario has an answer."""
    from planner.report.table import Table

    states = columns["status"]
    counts = {name: states.count(name) for name in ("feasible", "infeasible", "error")}
    if out is not None:
        told = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
        data: dict[str, Any] = {"written": str(out), "rows": len(states), **counts}
        if not drawn:
            show(fmt, data, lambda: [Table("Sweep", tuple(data), [list(data.values())])])
        click.echo(f"{len(states):,} rows in {out} ({told})", err=True)
    elif not drawn:
        rows = [list(row) for row in zip(*columns.values(), strict=True)]
        data_rows = [dict(zip(columns, row, strict=True)) for row in rows]
        shown = [name for name in SHOWN if name in columns]
        keys = list(columns)[: list(columns).index("status")]
        show(fmt, data_rows, lambda: [Table("Sweep", tuple(columns), rows, shown=[*keys, *shown], listed="scenario")])
    return 0 if counts["feasible"] else 1


SHOWN = ("status", "gpu", "gpus", "weights", "usd_per_hour", "ttft_p95_s", "tpot_p95_s", "error")


class Left:
    """Progress with the time that is left, on a terminal: by the rows of this run, not those found in its file."""

    def __init__(self, total: int) -> None:
        self._total, self._began_s, self._drawn_s = total, time.monotonic(), 0.0
        self._first: int | None = None

    def __enter__(self) -> Left:
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawn_s:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def __call__(self, done: int, total: int) -> None:
        if self._first is None:
            self._first, self._began_s = done, time.monotonic()
        now = time.monotonic()
        if not on_terminal(sys.stderr) or now - self._drawn_s < DRAWN_EVERY_S:
            return
        self._drawn_s = now
        sys.stderr.write(f"\r\x1b[K{done:,} of {total:,} scenarios{self.left(done, total, now)}")
        sys.stderr.flush()

    def left(self, done: int, total: int, now: float) -> str:
        """The time that the others take at the speed of those that are done."""
        made = done - (self._first or 0)
        if not made:
            return ""
        seconds = (total - done) * (now - self._began_s) / made
        return f", {seconds / 60.0:.0f} minutes left" if seconds >= 90.0 else f", {seconds:.0f} seconds left"
