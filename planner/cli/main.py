"""Entry point. All but help is imported when it is needed, so that `--help` is instant."""

from __future__ import annotations

import os
import sys

from planner.cli.process import guarded


def main(args: list[str] | None = None) -> int:
    """Run the command line; the return value is the exit code.

    0 an answer, 1 a negative answer, 2 an input error, 70 a fault of the program, 74 an error of the operating system,
    130 an interrupt. Without `args` it is the whole process, with those of the process.
    """
    return guarded(lambda: _run(sys.argv[1:])) if args is None else _run(args)


def _run(given: list[str]) -> int:
    if given in ([], ["-h"], ["--help"]) and "_GPUPLAN_COMPLETE" not in os.environ:
        from planner.cli.commands import top_help

        print(top_help(), end="")
        return 0
    from planner.loading import load_lightly

    load_lightly()
    from planner.cli.app import run

    return run(given)


if __name__ == "__main__":
    sys.exit(main())
