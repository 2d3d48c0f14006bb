"""`gpuplan tui --web`: its flags, and the server that they describe."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from planner.cli.process import OS_ERROR, complain, reason

if TYPE_CHECKING:
    from tui.web.site import Site

Command = TypeVar("Command", bound=Callable[..., Any])
FLAGS = (
    click.option("--host", default="127.0.0.1", show_default=True, help="Address that --web listens on."),
    click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port of --web."),
    click.option("--public-url", metavar="URL", help="Address of --web behind a proxy: http(s)://name[:port][/path]."),
    click.option(
        "--sessions", type=click.IntRange(1, 1000), default=8, show_default=True, help="Browsers at once with --web."
    ),
    click.option(
        "--idle", type=click.IntRange(1, 10080), default=30, show_default=True, metavar="MINUTES",
        help="With --web a session ends after so long without a key.",
    ),
)  # fmt: skip


def options(command: Command) -> Command:
    """The flags of --web."""
    for flag in reversed(FLAGS):
        command = flag(command)
    return command


def serve(words: list[str], root: Path, flags: Mapping[str, Any]) -> int:
    """Serve until a signal comes; the exit code. Raises InputError."""
    from planner.errors import InputError

    if os.name != "posix":
        raise InputError("--web needs Linux, macOS or another POSIX system")
    try:
        from tui.web import pages
        from tui.web.server import serve as serve_site

        pages.load()
    except ImportError as error:
        raise InputError(f"--web needs an extra: pip install 'gpuplan[web]' (no {error.name})") from error
    site = _site(words, root.resolve(), flags)
    try:
        serve_site(site, lambda: _announce(site))
    except OSError as error:
        return complain(f"--host {site.host} --port {site.port}: {reason(error)}", OS_ERROR)
    return 0


def _site(words: list[str], root: Path, flags: Mapping[str, Any]) -> Site:
    from tui.web.process import command
    from tui.web.site import Public, Site

    return Site(
        command=command("tui", "--root", str(root), *words),
        root=root,
        host=flags["host"],
        port=flags["port"],
        public=Public.read(flags["public_url"]) if flags["public_url"] is not None else None,
        sessions=flags["sessions"],
        idle_s=60.0 * flags["idle"],
    )


def _announce(site: Site) -> None:
    """The address, once: it is the key to the interface."""
    if not site.loopback:
        complain(
            f"warning: {site.host} is reached from other machines, and what passes is not encrypted: "
            "put a proxy with TLS before it (--public-url)"
        )
    click.echo(f"gpuplan is served at {site.address}")
    click.echo(f"It reads and writes workload files in {site.root}. Ctrl+C ends it.")
