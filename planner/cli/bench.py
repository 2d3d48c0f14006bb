"""`gpuplan bench`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from planner.cli.common import load_planner, progress_bar
from planner.cli.export import refused, written
from planner.cli.help import HeadedCommand, option
from planner.cli.options import PLACE
from planner.cli.starting import START, choices_of, shown_shortage, source_of, source_options, start_options


@click.command("bench", cls=HeadedCommand)
@source_options
@start_options
@option(START, "--tool", "tools", multiple=True, metavar="NAME",
        help="Only this benchmark: vllm, sglang, guidellm or aiperf (repeatable). [default: all]")  # fmt: skip
@click.option("-o", "--output", type=PLACE, help="File to write, instead of standard output.")
def bench_command(tools: tuple[str, ...], output: Path | None, catalog: Path | None, **flags: Any) -> int:
    """The requests that check a plan once it runs, as a shell script: one that shows that it answers, then benchmarks
    at the plan's rate and lengths, each with the rule that its result must keep.

    \b
    Examples:
      gpuplan bench -w examples/chat-70b.toml -o check.sh
      gpuplan bench --plan plan.json --tool vllm | URL=http://10.0.0.5 sh
      gpuplan bench -m Qwen/Qwen3-32B -g H100 --tp 2 --rate 4 --ttft-p95 1 --tpot-p95 0.05
    """
    from planner.answers import DoesNotFit, Infeasible
    from planner.errors import InputError

    planner = load_planner(catalog)
    with progress_bar("checking the winner") as progress:
        found = source_of(flags, planner, "", progress)
    if isinstance(found, Infeasible):
        return refused(f"infeasible: {found.binding_limit}; nearest: {found.nearest_change}")
    if found.request is None:
        raise InputError("--rate (traffic.rate_per_s): give the load that is checked, or a plan with its request")
    text = planner.bench(found.what, found.request, tools, choices_of(flags))
    if isinstance(text, DoesNotFit):
        return refused(shown_shortage(text))
    return written(text, output)
