"""`gpuplan tui`."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import Any

import click

from planner.cli.options import catalog_option, overlay


@click.command("tui")
@click.argument("workload", type=click.Path(path_type=Path), required=False)
@click.option("--web", is_flag=True, help="Serve the app to a browser instead (extra gpuplan[web]).")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address that --web listens on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port of --web.")
@catalog_option
def tui_command(workload: Path | None, web: bool, host: str, port: int, catalog: Path | None) -> int:
    """The interactive planner: the question in a form, the answer beside it.

    \b
    Examples:
      gpuplan tui
      gpuplan tui examples/chat-70b.toml
      gpuplan tui examples/chat-70b.toml --web --port 8080
    """
    from planner.request.reading import parse_request, read_toml

    data = read_toml(workload) if workload else None
    if data is not None:
        parse_request(data, where=f"{workload}: ")
    folder = overlay(catalog)
    if web:
        return _serve(workload, folder, host, port)
    # Textual draws at most so often; at its usual 60 a second an answer would wait for up to 17 ms.
    os.environ.setdefault("TEXTUAL_FPS", "120")
    from tui.app import run

    run(data, workload, folder)
    return 0


def _serve(workload: Path | None, folder: Path | None, host: str, port: int) -> int:
    from planner.errors import InputError

    try:
        from textual_serve.server import Server
    except ImportError as error:
        raise InputError("--web needs an extra: pip install 'gpuplan[web]'") from error
    command = [sys.executable, "-m", "planner.cli.main", "tui"]
    command += [str(workload.resolve())] if workload else []
    command += ["--catalog", str(folder.resolve())] if folder else []

    class Closing(Server):
        """Leaves at once: without this, Ctrl+C waits a minute for browsers that stay."""

        def __init__(self) -> None:
            super().__init__(shlex.join(command), host=host, port=port, title="gpuplan")
            self._open: dict[int, Any] = {}

        async def handle_websocket(self, request: Any) -> Any:
            self._open[id(request)] = request
            try:
                return await super().handle_websocket(request)
            finally:
                del self._open[id(request)]

        async def on_shutdown(self, app: Any) -> None:
            for request in tuple(self._open.values()):
                if request.transport is not None:
                    request.transport.close()

    Closing().serve()
    return 0
