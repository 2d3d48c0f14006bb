"""The command group: commands live in modules that are imported on use; errors become one line."""

from __future__ import annotations

import errno
import os
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from planner.cli.commands import COMMANDS, top_help
from planner.cli.process import FAULT, INTERRUPTED, OS_ERROR, complain, reason
from planner.version import __version__

# What writing to a stream that takes no more raises; other calls name their file, or say what they did.
OF_STREAMS = (errno.ENOSPC, errno.EIO, errno.EBADF, errno.EFBIG, errno.EDQUOT, errno.EINVAL)
COMPLETE = "_GPUPLAN_COMPLETE"


class Commands(click.Group):
    """A group whose commands live in modules that are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[name][0]), f"{name.replace('-', '_')}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = ", ".join(get_close_matches(args[0], COMMANDS, n=3, cutoff=0.0))
            raise click.UsageError(f"no such command {args[0][:40]!r} (nearest: {close})")
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(top_help())


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="gpuplan")
def cli() -> None:
    """Say what you must serve and how fast; get the cheapest cluster that does it."""


def run(args: list[str]) -> int:
    """Run one command; what goes wrong is one line on stderr and an exit code."""
    if _unasked():
        return complain(f"{COMPLETE}: the script of `gpuplan completion` sets it, with COMP_WORDS and COMP_CWORD")
    try:
        code: Any = cli.main(args=args, prog_name="gpuplan", standalone_mode=False)
    except click.exceptions.Abort:
        return complain("interrupted", INTERRUPTED)
    except click.ClickException as error:
        return complain(error.format_message())
    except (BrokenPipeError, SystemExit):
        # Who reads the answer has enough of it; the parser ends the process then.
        return 0
    except OSError as error:
        place = error.filename or ("standard output" if error.errno in OF_STREAMS else None)
        return complain(f"{place}: {reason(error)}" if place else reason(error), OS_ERROR)
    except Exception as error:
        return _failed(error, args)
    return int(code or 0)


def _unasked() -> bool:
    """Whether completions are asked for without the words and the place that the script of a shell gives."""
    shell, _, asked = os.environ.get(COMPLETE, "").partition("_")
    words, place = os.environ.get("COMP_WORDS"), os.environ.get("COMP_CWORD")
    if asked != "complete" or (words is not None and place is not None and shell == "fish"):
        return False
    return words is None or place is None or not (place.isdecimal() and len(place) < 10)


def _failed(error: Exception, args: list[str]) -> int:
    from planner.errors import NetworkError, OutputError, PlannerError

    if isinstance(error, PlannerError):
        from planner.cli.asking import flagged

        return complain(flagged(str(error)), OS_ERROR if isinstance(error, OutputError | NetworkError) else 2)
    if os.environ.get("GPUPLAN_TRACEBACK"):
        raise error
    import traceback

    from planner.cli.crash import reported

    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    what = f"{type(error).__name__}: {str(error)[:120]} ({place})"
    report = reported(error, args)
    told = f"please send the report {report}" if report else "GPUPLAN_TRACEBACK=1 shows where, please report it"
    return complain(f"a fault of the program: {what}; {told}", FAULT)
