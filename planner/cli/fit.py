"""`gpuplan fit`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli import options
from planner.cli.asking import Asked, gathered, one_of
from planner.cli.common import load_planner, show
from planner.cli.ggml_options import ggml_options
from planner.cli.help import HeadedCommand, option
from planner.cli.workload import workload_anywhere

if TYPE_CHECKING:
    from planner.physics.split import Split

KEPT = ("model", "scope", "engine", "quality")


@click.command("fit", cls=HeadedCommand)
@options.model_option
@options.gpu_option("GPU (repeatable; default: all).")
@workload_anywhere
@options.one_of_each
@options.widths("the smallest that fit")
@options.engine_options
@ggml_options
@options.loss_options
@option(
    options.ENGINE,
    "--context",
    type=click.IntRange(1, 100_000_000),
    metavar="TOKENS",
    help="Tokens a sequence must hold. [default: --max-model-len, else 8192]",
)
@options.money_list_options
def fit_command(catalog: Path | None, fmt: str, context: int | None, **flags: Any) -> int:
    """Will it fit: per GPU type the smallest width, the longest context, the most sequences.

    \b
    Examples:
      gpuplan fit -m meta-llama/Llama-3.3-70B-Instruct
      gpuplan fit -m Qwen/Qwen3-235B-A22B --weights fp8_block --gpu H200 --context 32768
      gpuplan fit -m Qwen/Qwen3-235B-A22B --tp 8 --ep 8 --memory-fraction 0.95
    """
    from planner.errors import InputError
    from planner.report.fit import fit_tables

    found = gathered(flags)
    # No request arrives: only the model, the scope, the quality and the engine's settings of a workload count.
    kept: dict[str, Any] = {
        key: found.data[key] for key in ("model", "scope", "engine", "quality") if key in found.data
    }
    if "model" not in kept:
        raise InputError(f"{found.where}--model (model): give a model")
    request = Asked({**kept, "traffic": {"rate_per_s": 1.0}}, found.where, []).request()
    scope = request.scope
    engine = one_of(scope.engines, "scope.engines") if "engines" in scope.model_fields_set else None
    answer = load_planner(catalog).fit(
        str(request.model), gpus=scope.gpus, weights=one_of(scope.formats, "scope.formats"),
        kv=one_of(scope.kv_formats, "scope.kv_formats"), engine=engine,
        context=context, settings=request.engine, quality=request.quality, split=_split(flags),
    )  # fmt: skip
    show(fmt, answer, lambda: fit_tables(answer))
    return 0 if answer.status == "fits" else 1


def _split(flags: dict[str, Any]) -> Split | None:
    """The one cut that the flags state; None where they state none."""
    from planner.physics.split import Split

    stated = {name: flags[name] for name in options.WIDTHS if flags[name] is not None}
    return Split(**stated) if stated else None
