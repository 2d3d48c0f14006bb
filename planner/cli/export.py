"""`gpuplan export`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from planner.cli import completion
from planner.cli.common import load_planner, progress_bar
from planner.cli.help import HeadedCommand, OneOf, option
from planner.cli.options import PLACE
from planner.cli.starting import START, choices_of, source_of, source_options, start_options

SCALING = ("keda", "hpa", "none")


def _list(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    """Print the targets and end."""
    if not value:
        return
    from planner.export.targets import TARGETS

    width = max(map(len, TARGETS))
    click.echo("\n".join(f"{name:<{width}}  {target.says}" for name, target in TARGETS.items()))
    ctx.exit(0)


@click.command("export", cls=HeadedCommand)
@click.argument("target", metavar="TARGET", shell_complete=completion.targets)
@source_options
@start_options
@option(START, "--scaling", type=OneOf(SCALING), default="keda", show_default=True,
        help="On Kubernetes: what lets replicas follow the queue.")  # fmt: skip
@click.option("-o", "--output", type=PLACE, help="File to write, instead of standard output.")
@click.option("--list", is_flag=True, is_eager=True, expose_value=False, callback=_list, help="List the targets.")
def export_command(target: str, scaling: str, output: Path | None, catalog: Path | None, **flags: Any) -> int:
    """A plan as it is started: a script, a manifest or a task, with every setting that the plan stands on.

    A workload (or a model with a rate) is planned first; --plan takes a saved plan; a model and a GPU without a rate,
    or with a cut (--tp ...), are one deployment as given. What the plan assumes and the target cannot say is a comment.

    \b
    Examples:
      gpuplan export vllm -w examples/chat-70b.toml
      gpuplan plan -w examples/chat-70b.toml --format json > plan.json
      gpuplan export kubernetes --plan plan.json -o deploy.yaml
      gpuplan export compose -m Qwen/Qwen3-32B -g H100 --weights fp8 --tp 2
      gpuplan export llamacpp -m openai/gpt-oss-20b -g "RTX 5090" --rate 0.5
      gpuplan export --list
    """
    from planner.answers import DoesNotFit, Infeasible
    from planner.cli.starting import shown_shortage
    from planner.export.targets import target_of

    engine = target_of(target).engine
    planner = load_planner(catalog)
    with progress_bar("checking the winner") as progress:
        found = source_of(flags, planner, engine, progress)
    if isinstance(found, Infeasible):
        return refused(f"infeasible: {found.binding_limit}; nearest: {found.nearest_change}")
    text = planner.export(found.what, target, choices_of(flags), demand=found.demand, scaling=scaling)
    if isinstance(text, DoesNotFit):
        return refused(shown_shortage(text))
    return written(text, output)


def written(text: str, output: Path | None) -> int:
    """The text on standard output or, whole or not at all, in a file."""
    from planner.writing import replacing

    if output is None:
        click.echo(text, nl=False)
        return 0
    with replacing(output) as out:
        out.write(text)
    return 0


def refused(text: str) -> int:
    """A true negative answer: nothing is written, and one line says why."""
    from planner.words import inert

    click.echo(inert(text), err=True)
    return 1
