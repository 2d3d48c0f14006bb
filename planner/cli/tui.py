"""`gpuplan tui`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from planner.cli import options, serving
from planner.cli.asking import gathered
from planner.cli.common import on_terminal, overlay
from planner.cli.help import HeadedCommand
from planner.cli.process import InterruptError
from planner.cli.workload import workload_anywhere


@click.command("tui", cls=HeadedCommand)
@options.model_option
@options.gpu_option("Restrict to a GPU (repeatable).")
@workload_anywhere
@click.option("--root", type=options.FILE, help="Read and write files in this folder only (--web: the current one).")
@click.option("--web", is_flag=True, help="Serve the app to a browser instead (extra gpuplan[web]).")
@serving.options
@options.catalog_option
def tui_command(workload: Path | None, root: Path | None, web: bool, catalog: Path | None, **flags: Any) -> int:
    """The interactive planner: the question in a form, the answer beside it.

    \b
    Examples:
      gpuplan tui
      gpuplan tui -m Qwen/Qwen3-32B -g H100
      gpuplan tui -w examples/chat-70b.toml
      gpuplan tui -w examples/chat-70b.toml --web --port 8080
    """
    from planner.errors import InputError

    data = _data(workload, flags)
    folder = overlay(catalog)
    if root is not None and not root.is_dir():
        raise InputError(f"--root: {root} is not a directory")
    if web:
        return serving.serve(_arguments(workload, folder, flags), root or Path(), flags)
    _check_terminal()
    # Textual draws at most so often; at its usual 60 a second an answer would wait for up to 17 ms.
    os.environ.setdefault("TEXTUAL_FPS", "240")
    from planner.cli.crash import folder as reports
    from tui.start import run

    return _uninterrupted(lambda: run(data, workload, folder, _entered(root), reports()))


def _check_terminal() -> None:
    """Raise InputError where nobody could see the app or press a key in it; a session of --web has its own driver."""
    from planner.errors import InputError

    if "TEXTUAL_DRIVER" not in os.environ and not (on_terminal(sys.__stdin__) and on_terminal(sys.__stderr__)):
        raise InputError("tui: needs a terminal; in a script `gpuplan plan` answers, for a browser `gpuplan tui --web`")


def _entered(root: Path | None) -> Path | None:
    """The root as the working directory: what is typed counts from there."""
    if root is None:
        return None
    os.chdir(root)
    return Path.cwd()


def _uninterrupted(app: Callable[[], None]) -> int:
    """Run an app whose loop ends itself on an interrupt."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        app()
    except KeyboardInterrupt:
        raise InterruptError from None
    finally:
        signal.signal(signal.SIGINT, before)
    return 0


def _data(workload: Path | None, flags: dict[str, Any]) -> dict[str, Any] | None:
    """The workload with model and GPUs of the flags over it; None where the app opens with its own example."""
    found = gathered({**flags, "workload": workload})
    if not found.data:
        return None
    if workload is None:
        from planner.request.reading import merge
        from tui.session import Session

        return merge(Session().data(), found.data)
    found.request()
    return found.data


def _arguments(workload: Path | None, folder: Path | None, flags: dict[str, Any]) -> list[str]:
    """The same command line without --web."""
    words = ["--workload", str(workload.resolve())] if workload else []
    words += ["--catalog", str(folder.resolve())] if folder else []
    words += ["--model", flags["model"]] if flags["model"] else []
    return words + [word for name in flags["gpus"] for word in ("--gpu", name)]
