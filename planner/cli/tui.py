"""`gpuplan tui`."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.options import catalog_option, overlay


@click.command("tui")
@click.argument("workload", type=click.Path(path_type=Path), required=False)
@catalog_option
def tui_command(workload: Path | None, catalog: Path | None) -> int:
    """The interactive planner: the question in a form, the answer beside it."""
    from planner.inputs import read_request

    request = read_request(workload) if workload else None
    from tui.app import run

    run(request, overlay(catalog))
    return 0
