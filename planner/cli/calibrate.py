"""`gpuplan calibrate`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli import completion
from planner.cli.common import load_planner, on_terminal, progress_bar, show
from planner.cli.help import HeadedCommand, option
from planner.cli.options import DEPLOYMENT, ENGINE, PLACE, SUBJECT, TRAFFIC, WIDTH, output_options
from planner.errors import InputError

if TYPE_CHECKING:
    from planner.calibration.own.calibrate import Calibration

STORED = "Stored calibrations"
SPREAD = click.FloatRange(0.0, 100.0)
POSITIVE = click.FloatRange(0.0, 1e9, min_open=True)


@click.command("calibrate", cls=HeadedCommand)
@click.argument("files", nargs=-1, type=PLACE, metavar="[FILE]...")
@option(SUBJECT, "-m", "--model", help="Model id, where the files do not name it.", shell_complete=completion.models)
@option(SUBJECT, "-g", "--gpu", help="GPU, where the files do not name it.", shell_complete=completion.gpus)
@option(SUBJECT, "--gpus", type=WIDTH, metavar="N", help="GPUs in all. [default: those of one replica]")
@option(DEPLOYMENT, "--engine", help="Serving engine that was measured.", shell_complete=completion.engines)
@option(DEPLOYMENT, "--engine-version", metavar="VERSION", help="Its version (0.10.1) or a day (2025-07-22).")
@option(
    DEPLOYMENT,
    "--weights",
    help="Weight format (default: as the model's name says).",
    shell_complete=completion.formats,
)
@option(DEPLOYMENT, "--kv", help="KV-cache format (default: the engine's).", shell_complete=completion.kv_formats)
@option(DEPLOYMENT, "--tp", type=WIDTH, help="Tensor parallel.")
@option(DEPLOYMENT, "--pp", type=WIDTH, help="Pipeline parallel.")
@option(DEPLOYMENT, "--ep", type=WIDTH, help="Expert parallel.")
@option(DEPLOYMENT, "--dp", type=WIDTH, help="Attention data parallel.")
@option(ENGINE, "--max-num-seqs", type=POSITIVE, metavar="N", help="Most sequences of a step.")
@option(ENGINE, "--prefix-hit", type=click.FloatRange(0.0, 1.0), help="Share of the prompts found in the prefix cache.")
@option(ENGINE, "--speculation", metavar="METHOD:DRAFTS", help="Who drafted, and how many tokens a step (eagle:3).")
@option(TRAFFIC, "--isl", type=POSITIVE, help="Mean input tokens.")
@option(TRAFFIC, "--osl", type=POSITIVE, help="Mean output tokens.")
@option(TRAFFIC, "--isl-cv", type=SPREAD, help="Spread of the input tokens (standard deviation / mean; 0: all alike).")
@option(TRAFFIC, "--osl-cv", type=SPREAD, help="Spread of the output tokens.")
@option(TRAFFIC, "--concurrency", type=POSITIVE, help="Requests in flight.")
@option(STORED, "--dry-run", is_flag=True, help="Show what would change; store nothing.")
@option(STORED, "--yes", is_flag=True, help="Store without asking.")
@option(STORED, "--list", "listed", is_flag=True, help="List what is stored.")
@option(STORED, "--show", "shown", metavar="ID", help="Show one stored calibration.")
@option(STORED, "--undo", is_flag=True, help="Take the newest stored calibration back.")
@option(STORED, "--export", type=PLACE, help="Write all stored runs into a file that `calibrate` reads.")
@output_options
def calibrate_command(
    files: tuple[Path, ...], dry_run: bool, yes: bool, listed: bool, shown: str | None, undo: bool,
    export: Path | None, catalog: Path | None, fmt: str, speculation: str | None, **flags: Any,
) -> int:  # fmt: skip
    """Tighten the estimates by your own measurements, for the GPU, the engine and the model family that they are of.

    FILES are recognized by content: start-up logs (what they state needs no flag), vllm bench serve, SGLang
    bench_serving, GuideLLM, AIPerf, genai-perf, llama-bench, InferenceX, MLPerf summaries, the points CSV, and a
    snapshot of vLLM's /metrics. Predicted is shown against measured before anything is stored.

    \b
    Examples:
      gpuplan calibrate bench.json -g L40S --engine vllm --tp 1 --dry-run
      gpuplan calibrate sweep.jsonl -m Qwen/Qwen3-8B -g H100 --engine sglang --tp 2 --yes
      gpuplan calibrate --list
      gpuplan calibrate --undo
    """
    from planner.overlay import user_catalog

    uses = {"--list": listed, "--show": shown is not None, "--undo": undo, "--export": export is not None}
    asked = [name for name, given in uses.items() if given]
    if len(asked) + bool(files) != 1:
        raise InputError(
            f"calibrate: give files, or one of {', '.join(uses)}" + (f", not {' and '.join(asked)}" if asked else "")
        )
    folder = catalog or user_catalog()
    if not files:
        from planner.cli.calibrations import export_all, list_all, show_one, undo_last

        if undo and dry_run:
            raise InputError("calibrate: --undo takes back at once; --list says what the newest one is")
        if listed:
            return list_all(folder, fmt)
        if shown is not None:
            return show_one(folder, shown, fmt)
        return undo_last(folder, fmt) if undo else export_all(folder, export, fmt)
    if not (yes or dry_run or (on_terminal(sys.stdin) and on_terminal(sys.stderr))):
        raise InputError("calibrate: nobody is there to ask; --yes stores what is found, --dry-run only shows it")
    from planner.calibration.own.matching import stated

    with progress_bar("runs"):
        found = load_planner(catalog).calibrate(files, **stated(flags, speculation))
    return _settle(found, folder, fmt, store=not dry_run, yes=yes)


def _settle(found: Calibration, folder: Path, fmt: str, *, store: bool, yes: bool) -> int:
    """Show what was found; store it where that is wanted."""
    from planner.report.calibration import calibration_tables

    answer = found.answer
    if answer.status != "calibrated" or not store:
        show(fmt, answer, lambda: calibration_tables(answer))
        return 1 if answer.status == "refused" else 0
    if yes:
        answer = answer.model_copy(update={"stored": found.stored_in(folder)})
        show(fmt, answer, lambda: calibration_tables(answer))
        return 0
    show(fmt, answer, lambda: calibration_tables(answer))
    if not click.confirm("Store this calibration?", err=True):
        return 0
    click.echo(f"stored as {found.stored_in(folder)} (gpuplan calibrate --undo takes it back)", err=True)
    return 0
