"""`gpuplan validate`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from planner.cli.options import catalog_option, format_option, load_catalogs, show


@click.command("validate")
@click.option("--memory", type=click.Path(path_type=Path), help="Start-up logs (CSV) to predict.")
@click.option("--gguf", type=click.Path(path_type=Path), help="llama.cpp file sizes and buffers (CSV) to predict.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the same rows with predictions added.")
@click.option("--doubtful", is_flag=True, help="Count rows whose inputs are in doubt, too.")
@catalog_option
@format_option
def validate_command(
    memory: Path | None, gguf: Path | None, out: Path | None, doubtful: bool, catalog: Path | None, fmt: str
) -> int:
    """Predictions against measurements: the evidence in the box, or a file in the exchange format.

    \b
    Examples:
      gpuplan validate
      gpuplan validate --memory logs.csv --out predicted.csv
    """
    from planner.errors import InputError
    from planner.report.tables import Table
    from planner.validation.evidence import gguf_errors, memory_errors
    from planner.validation.table import ERROR_COLUMNS

    if memory and gguf:
        raise InputError("--gguf: give one file at a time")
    if out and not (memory or gguf):
        raise InputError("--out: needs --memory or --gguf")
    catalogs = load_catalogs(catalog)
    errors = []
    if memory or not gguf:
        errors += memory_errors(catalogs, memory, doubtful=doubtful or memory is not None)
    if gguf or not memory:
        errors += gguf_errors(catalogs, gguf, doubtful=doubtful or gguf is not None)
    if out:
        source = memory or gguf
        assert source is not None
        rows, failed = _write(source, out, catalogs, log=memory is not None)
        click.echo(f"{rows} rows written to {out}, {failed} with an error", err=True)
    table = [e.row for e in errors]
    data = [dict(zip(ERROR_COLUMNS, row, strict=True)) for row in table]
    show(fmt, data, lambda: [Table("Relative error, predicted against measured", ERROR_COLUMNS, table)])
    return 0


def _write(source: Path, out: Path, catalogs: Any, *, log: bool) -> tuple[int, int]:
    from planner.validation import gguf, memory
    from planner.validation.table import write_predictions

    module = memory if log else gguf
    predict: Callable[..., Any] = module.predict_row
    return write_predictions(
        source, out, module.NEEDED, module.COLUMNS, lambda rows: (predict(row, catalogs) for row in rows)
    )
