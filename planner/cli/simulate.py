"""`gpuplan simulate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from planner.cli import options
from planner.cli.common import load_planner, progress_bar, show
from planner.cli.help import HeadedCommand, OneOf, option
from planner.cli.workload import workload_anywhere

RUN = "Run"


@click.command("simulate", cls=HeadedCommand)
@options.model_option
@options.gpu_option("GPU of the deployment; with --workload, restrict its plan to it.")
@workload_anywhere
@options.one_of_each
@options.split_options
@options.engine_options
@options.prefix_option
@options.traffic_options
@options.sla_options
@option(RUN, "--replicas", type=click.IntRange(1, 1000), help="Replicas (default: 1, or those of the plan).")
@option(
    RUN,
    "--trace",
    type=options.FILE,
    help="Azure, BurstGPT or own CSV, or Mooncake JSON lines, at most 2,000,000 rows; --rate sets its mean rate.",
)
@option(RUN, "--limit", type=click.IntRange(1), help="First rows of the trace only.")
@option(RUN, "--skip-bad", is_flag=True, help="Count unreadable rows of the trace instead of refusing it.")
@option(
    RUN,
    "--duration",
    type=click.FloatRange(1, 864_000),
    help="Seconds to draw, of 400,000 requests at most (default: 3600, or what the plan of --workload was checked on).",
)
@option(RUN, "--requests", type=click.IntRange(1, 2_000_000), help="End after so many requests.")
@option(RUN, "--seed", type=click.IntRange(0), help="Of what is drawn (default: 0, or that of the plan's check).")
@option(
    RUN,
    "--routing",
    type=OneOf(["round_robin", "least_loaded", "prefix"]),
    default="least_loaded",
    show_default=True,
    help="How requests find their replica.",
)
@option(RUN, "--all-replicas", is_flag=True, help="Run them all where a sample of many would stand for them.")
@option(RUN, "--lose", multiple=True, metavar="AT[:FOR]", help="A replica is lost AT seconds in, FOR seconds long.")
@option(RUN, "--autoscale", metavar="MIN:MAX:REQUESTS", help="Replicas so that each carries about REQUESTS at once.")
@option(
    RUN,
    "--scale-delay",
    type=click.FloatRange(0, 86_400),
    default=120.0,
    show_default=True,
    help="Start of a replica [s].",
)
@option(RUN, "--confidence", type=float, metavar="SHARE", help="Run on device times that this share is faster than.")
@options.output_options
def simulate_command(fmt: str, catalog: Path | None, **flags: Any) -> int:
    """Run a trace or drawn traffic through a deployment or a plan, request by request.

    A deployment is named by --model and --gpu; a --workload is planned, and its winner runs. Lengths are a chat's,
    1024 tokens in and 256 out, where none are given. Exit code 1 when a limit of the SLA breaks, or
    the rate is not sustained.

    \b
    Examples:
      gpuplan simulate -m meta-llama/Llama-3.1-8B-Instruct -g H100 --rate 10 --isl 1155 --osl 211
      gpuplan simulate -m Qwen/Qwen3-8B -g L40S --users 200 --think-time 60 --isl 4000 --osl 300
      gpuplan simulate -w examples/chat-70b.toml --trace azure_2023_conv.csv --rate 8
      gpuplan simulate -m Qwen/Qwen3-32B -g H200 --replicas 3 --preset azure-code --rate 4 \\
                       --lose 600:300 --ttft-p95 2
    """
    from planner.answers import Infeasible
    from planner.cli.simulating import run
    from planner.report.plan import infeasible_tables
    from planner.report.simulation import simulation_tables

    with progress_bar("simulating") as progress:
        answer = run(flags, load_planner(catalog), progress)
    if isinstance(answer, Infeasible):
        show(fmt, answer, lambda: infeasible_tables(answer))
        return 1
    show(fmt, answer, lambda: simulation_tables(answer))
    return 0 if answer.sustained and all(check.holds for check in answer.sla) else 1
