"""What every command does: find the user's own records, show an answer, tell how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from planner.planner import Planner

WIDTH, LEAST_WIDTH = 100, 60


def overlay(catalog: Path | None) -> Path | None:
    """The overlay directory to use: the one given, else the platform's if it exists."""
    from planner.errors import InputError

    if catalog is not None:
        if not catalog.is_dir():
            raise InputError(f"--catalog: {catalog} is not a directory")
        return catalog
    from platformdirs import user_config_path

    default = user_config_path("gpuplan") / "catalog"
    return default if default.is_dir() else None


def load_planner(catalog: Path | None) -> Planner:
    """The planner with the user's own records."""
    from planner.planner import Planner

    return Planner(overlay(catalog))


def show(fmt: str, data: Any, tables: Callable[[], Any]) -> None:
    """Print an answer; the terminal's width is used when there is one, and 100 columns where there is none."""
    import shutil

    from planner.report.render import render

    width = shutil.get_terminal_size((WIDTH, 24)).columns
    click.echo(render(fmt, data=data, tables=tables, width=max(LEAST_WIDTH, width)))


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A callback (done, all) that draws a bar on stderr when it is a terminal and the work is not over at once."""
    import sys
    import time

    began, drawn = time.monotonic(), False

    def report(done: int, total: int) -> None:
        nonlocal drawn
        if not sys.stderr.isatty() or time.monotonic() - began < 0.5:
            return
        drawn = True
        share = done / max(1, total)
        filled = int(30 * share)
        sys.stderr.write(f"\r{label} [{'#' * filled}{'.' * (30 - filled)}] {share:4.0%} of {total:,}")
        sys.stderr.flush()

    try:
        yield report
    finally:
        if drawn:
            sys.stderr.write("\r" + " " * 79 + "\r")
            sys.stderr.flush()
