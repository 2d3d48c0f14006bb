"""What every command does: find the user's own records, show an answer, tell how far it is."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

if TYPE_CHECKING:
    from datetime import date

    from planner.planner import Planner
    from planner.report.currency import Exchange

# Where options leave the currency for `show`.
CURRENCY = "gpuplan.currency"
WIDTH, LEAST_WIDTH = 100, 60
# The place of `--limit` among what a command keeps.
LIMIT = "planner.limit"
# Work that is over sooner [s] has no bar.
QUIET_S = 0.5


def overlay(catalog: Path | None) -> Path | None:
    """The overlay directory to use: the one given, else the platform's if it exists."""
    from planner.errors import InputError

    if catalog is not None:
        if not os.path.isdir(catalog):
            raise InputError(f"--catalog: {catalog} is not a directory")
        return catalog
    from platformdirs import user_config_path

    default = user_config_path("gpuplan") / "catalog"
    return default if default.is_dir() else None


def load_planner(catalog: Path | None) -> Planner:
    """The planner with the user's own records; a currency without a rate is refused before there is work."""
    from planner.planner import Planner

    _exchange()
    return Planner(overlay(catalog))


def show(fmt: str, data: Any, tables: Callable[[], Any], amounts: Sequence[str] = ()) -> None:
    """Print an answer, in the currency that the command was asked for; the terminal's width is used when there is one,
    and 100 columns where there is none. amounts: keys and columns in USD whose names do not say so.

    Lists end after `--limit` rows; cards have a border on a terminal that can draw it.
    """
    import shutil

    from planner.report.render import render

    asked = _exchange()
    if asked is not None:
        from planner.report.currency import converted, in_currency

        shown = tables
        data, tables = converted(data, asked, amounts), lambda: in_currency(shown(), asked)
    width = shutil.get_terminal_size((WIDTH, 24)).columns
    context = click.get_current_context(silent=True)
    limit = context.meta.get(LIMIT) if context else None
    click.echo(
        render(
            fmt, data=data, tables=tables, width=max(LEAST_WIDTH, width), limit=limit, framed=draws_boxes(sys.stdout)
        )
    )


def on_terminal(stream: TextIO | None) -> bool:
    """Whether a standard stream is a terminal; None where it was closed before the process began."""
    return stream is not None and stream.isatty()


def draws_boxes(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal that shows box characters."""
    if stream is None or not on_terminal(stream) or os.environ.get("TERM") == "dumb":
        return False
    return (stream.encoding or "").lower().replace("-", "").startswith("utf")


def keep_limit(context: click.Context, param: click.Parameter, value: int | None) -> None:
    """Keep `--limit` for `show`."""
    context.meta[LIMIT] = value


def _exchange() -> Exchange | None:
    """The currency that the command's options name; None for USD."""
    context = click.get_current_context(silent=True)
    code, per_usd, as_of = context.meta.get(CURRENCY, (None, None, None)) if context is not None else (None,) * 3
    if code is None and per_usd is None and as_of is None:
        return None
    from planner.errors import InputError
    from planner.report.currency import exchange

    if code is None:
        raise InputError("--currency: name the currency that the rate is of, such as EUR")
    assert context is not None
    return exchange(code, per_usd, as_of, overlay(context.params.get("catalog")))


@contextmanager
def progress_bar(label: str) -> Iterator[Bar]:
    """A callback (done, all) that draws a bar on stderr when it is a terminal and the work is not over at once."""
    bar = Bar(label)
    try:
        yield bar
    finally:
        bar.clear()


class Bar:
    """The bar of `progress_bar`; each phase of the work has its own name and begins anew. The total of a bar never
    changes: what begins anew under the same name, or with another total, is the next run of it."""

    def __init__(self, label: str) -> None:
        self._label, self._began_s, self._drawn = label, time.monotonic(), False
        self._runs: dict[str, tuple[int, int, int]] = {}

    def __call__(self, done: int, total: int) -> None:
        self._draw(self._label, done, total)

    def phase(self, name: str) -> Callable[[int, int], None]:
        return partial(self._draw, name)

    def _draw(self, label: str, done: int, total: int) -> None:
        if not on_terminal(sys.stderr):
            return
        number = self._run_of(label, done, total)
        if number > 1:
            label = f"{label}, run {number}"
        if time.monotonic() - self._began_s < QUIET_S:
            return
        self._drawn = True
        share = done / max(1, total)
        filled = int(30 * share)
        sys.stderr.write(f"\r\x1b[K{label} [{'#' * filled}{'.' * (30 - filled)}] {share:4.0%} of {total:,}")
        sys.stderr.flush()

    def _run_of(self, label: str, done: int, total: int) -> int:
        """The number of the run of this name: one more where it begins anew, or has another total."""
        number, before, of = self._runs.get(label, (1, 0, total))
        number += done < before or total != of
        self._runs[label] = number, done, total
        return number

    def clear(self) -> None:
        if self._drawn:
            sys.stderr.write("\r" + " " * 79 + "\r")
            sys.stderr.flush()


def day_of(text: str, flag: str) -> date:
    """A day as a flag states it; raises InputError that names the flag."""
    from datetime import date

    from planner.errors import InputError

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{flag}: {text[:40]!r} is no day of the calendar (YYYY-MM-DD)") from None
