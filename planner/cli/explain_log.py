"""`gpuplan explain-log`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli import options
from planner.cli.asking import FLAGS, one_of, tables
from planner.cli.common import load_planner, show
from planner.cli.ggml_options import ggml_options
from planner.cli.help import HeadedCommand

if TYPE_CHECKING:
    from planner.deployment.log_deployment import Stated
    from planner.request.engine import EngineSettings


@click.command("explain-log", cls=HeadedCommand)
@click.argument("log", type=options.FILE)
@options.model_option
@options.gpu_option("GPU, where the log does not name it.")
@options.one_of_each
@options.widths("the log's")
@options.engine_options
@ggml_options
@options.output_options
def explain_log_command(catalog: Path | None, fmt: str, log: Path, **flags: Any) -> int:
    """A start-up log against the estimate of the same start: each figure, the difference, and the one setting that
    would explain it.

    Model, GPU and settings are the log's where it states them; flags win over it, and say what it does not.

    \b
    Examples:
      gpuplan explain-log server.log --gpu H100
      gpuplan explain-log server.log -m Qwen/Qwen3-32B --gpu L40S --tp 2 --weights fp8
    """
    from planner.logs.read import log_text
    from planner.report.explained import explained_tables

    text = log_text(log)
    answer = load_planner(catalog).explain_log(text, _stated(flags))
    show(fmt, answer, lambda: explained_tables(answer))
    return 0


def _stated(flags: dict[str, Any]) -> Stated:
    """What the flags state beside the log."""
    from planner.deployment.log_deployment import Stated

    return Stated(
        model=flags["model"], gpu=one_of(flags["gpus"], "scope.gpus"),
        weights=one_of(flags["formats"], "scope.formats"),
        kv=one_of(flags["kv_formats"], "scope.kv_formats"), settings=_settings(flags),
        widths={name: flags[name] for name in options.WIDTHS if flags[name] is not None},
    )  # fmt: skip


def _settings(flags: dict[str, Any]) -> EngineSettings:
    """The engine's settings of the flags; raises InputError that names flag and key."""
    from pydantic import ValidationError

    from planner.errors import InputError
    from planner.request.engine import EngineSettings
    from planner.request.strict import explain

    try:
        return EngineSettings.model_validate(tables(flags).get("engine", {}))
    except ValidationError as error:
        key, _, rest = f"engine.{explain(error, EngineSettings)}".partition(": ")
        raise InputError(f"{FLAGS.get(key, key)} ({key}): {rest}") from error
