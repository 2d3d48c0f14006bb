"""`estimate --log`: the lines that the engine prints at start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from planner.cli.common import show

if TYPE_CHECKING:
    from planner.answers import Estimated


def show_log(fmt: str, answer: Estimated) -> None:
    """The lines as they are in a terminal, with what they hold for as comments; in other formats the answer itself.

    Raises InputError for an engine whose lines are not known.
    """
    from planner.errors import InputError
    from planner.report.start_log import log_table, log_text

    if answer.log is None:
        raise InputError(f"--log: how {answer.replica.engine} words its start is not known")
    log = answer.log
    if fmt == "table":
        click.echo(log_text(log), nl=False)
    else:
        show(fmt, answer, lambda: [log_table(log)])
