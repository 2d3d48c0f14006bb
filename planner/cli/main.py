"""Entry point. All but help is imported when it is needed, so that `--help` is instant."""

from __future__ import annotations

import os
import sys

from planner.cli.commands import top_help


def main(args: list[str] | None = None) -> int:
    """Run the command line; the return value is the exit code (0 answer, 1 negative answer, 2 input error)."""
    given = sys.argv[1:] if args is None else args
    if given in ([], ["-h"], ["--help"]) and "_GPUPLAN_COMPLETE" not in os.environ:
        print(top_help(), end="")
        return 0
    import gc

    # Imports and catalogs make many objects that stay: looking through them again and again costs a tenth of a run.
    gc.set_threshold(100_000, 50, 50)
    from planner.cli.app import run

    return run(given)


if __name__ == "__main__":
    sys.exit(main())
