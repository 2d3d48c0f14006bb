"""The workload file of a command, by its flag or as the argument."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from planner.cli import options
from planner.cli.help import Alias, together


def workload_anywhere(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--workload`, or the file as an argument of the command."""

    argument = click.argument("positional", cls=Alias, metavar="WORKLOAD", required=False, type=options.FILE)

    @wraps(function)
    def given(*, positional: Path | None, workload: Path | None, **flags: Any) -> Any:
        if positional is not None and workload is not None:
            from planner.errors import InputError

            raise InputError("--workload: given twice")
        return function(workload=workload or positional, **flags)

    decorated: Callable[..., Any] = together(argument, options.workload_option)(given)
    return decorated
