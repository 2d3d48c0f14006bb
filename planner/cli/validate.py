"""`gpuplan validate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from planner.cli.common import load_planner, progress_bar, show
from planner.cli.help import HeadedCommand
from planner.cli.options import FILE, PLACE, list_options


@click.command("validate", cls=HeadedCommand)
@click.option(
    "--points",
    type=FILE,
    help="Measured serving points to predict: CSV with model, gpu, load, ... (docs/calibrate.md has all columns).",
)
@click.option("--memory", type=FILE, help="Start-up logs to predict: CSV with engine, model_hf_id, tp, ...")
@click.option("--gguf", type=FILE, help="llama.cpp file sizes and buffers to predict: CSV with model, quant, ...")
@click.option(
    "--llamacpp",
    type=FILE,
    help="llama.cpp speeds to predict: CSV with gpu, model, quant, test (pp512, tg128), tok_s. "
    "Files of llama-bench itself are for `calibrate`.",
)
@click.option("--out", type=PLACE, help="Write the same rows with predictions added.")
@click.option("--unstated", is_flag=True, help="Count figures whose inputs the source does not state, too.")
@list_options
def validate_command(
    points: Path | None, memory: Path | None, gguf: Path | None, llamacpp: Path | None, out: Path | None,
    unstated: bool, catalog: Path | None, fmt: str,
) -> int:  # fmt: skip
    """Predictions against measurements: the evidence in the box, or a file in the exchange format.

    \b
    Examples:
      gpuplan validate
      gpuplan validate --points points.csv --out predicted.csv
      gpuplan validate --memory logs.csv --out predicted.csv
      gpuplan validate --llamacpp speeds.csv
    """
    from planner.errors import InputError, OutputError
    from planner.evidence.judge import doubted
    from planner.evidence.kinds import kind_of
    from planner.evidence.table import write_predictions
    from planner.words import inert

    files = {"points": points, "memory": memory, "gguf": gguf, "llamacpp": llamacpp}
    given = [(kind, path) for kind, path in files.items() if path]
    if len(given) > 1:
        raise InputError("--points, --memory, --gguf, --llamacpp: give one file at a time")
    if out and not given:
        raise InputError("--out: needs --points, --memory, --gguf or --llamacpp")
    planner = load_planner(catalog)
    catalogs, coefficients = planner.catalogs, planner.coefficients
    if not given:
        _show_evidence(fmt, catalogs, coefficients, unstated=unstated)
        return 0
    option, source = given[0]
    kind = kind_of(source, option)
    if kind.option != option:
        click.echo(f"{inert(str(source))}: read as {kind.holds} (--{kind.option}), by its columns", err=True)
    with progress_bar("rows") as report:
        found = kind.predicted(source, catalogs, coefficients, report)
    if out:
        try:
            rows, failed = write_predictions(found, out)
        except OutputError as error:
            raise OutputError(f"--out: {error}") from error
        click.echo(f"{rows} rows written to {inert(str(out))}, {failed} with an error", err=True)
    _show(fmt, kind.judge(found, unstated))
    doubts = doubted(found)
    if doubts:
        click.echo(
            f"not judged: figures of {doubts} rows that cannot be of what the rows state (column doubt of --out)",
            err=True,
        )
    return 0


def _show(fmt: str, errors: Any) -> None:
    from planner.evidence.table import ERROR_COLUMNS
    from planner.report.table import Table

    table = [e.row for e in errors]
    data = [dict(zip(ERROR_COLUMNS, row, strict=True)) for row in table]
    show(fmt, data, lambda: [Table("Relative error, predicted against measured", ERROR_COLUMNS, table)])


def _show_evidence(fmt: str, catalogs: Any, coefficients: Any, *, unstated: bool) -> None:
    """Serving points cross-validated (from the last calibration), then memory and llama.cpp files."""
    from planner.evidence.box import gguf_errors, left_out_errors, memory_errors
    from planner.evidence.judge import cross_validation
    from planner.evidence.table import ERROR_COLUMNS
    from planner.report.table import Table

    with progress_bar("rows") as report:
        logs = memory_errors(catalogs, coefficients, unstated=unstated, progress=report.phase("start-up logs"))
        files = gguf_errors(catalogs, unstated=unstated, progress=report.phase("llama.cpp files"))
        left = left_out_errors(catalogs, coefficients, report.phase("start-up logs by a fit without them"))
    memory, left_out = [e.row for e in (*logs, *files)], [e.row for e in left]
    serving = cross_validation()
    columns = list(serving[0])
    data = {
        "serving": serving,
        "memory_model_left_out": [dict(zip(ERROR_COLUMNS, row, strict=True)) for row in left_out],
        "memory": [dict(zip(ERROR_COLUMNS, row, strict=True)) for row in memory],
    }
    show(
        fmt,
        data,
        lambda: [
            Table("Serving points, relative error by what was left out of the fit", columns,
                  [list(row.values()) for row in serving]),
            Table("Start-up logs, relative error with the model left out of the fit", ERROR_COLUMNS, left_out),
            Table("Start-up logs and llama.cpp files, relative error as shipped", ERROR_COLUMNS, memory),
        ],
    )  # fmt: skip
