"""`gpuplan simulate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from planner.cli.options import catalog_option, format_option, length_table, load_planner, progress_bar, show
from planner.cli.plan import sla_options, sla_table
from planner.defaults import DEFAULT_ENGINE


@click.command("simulate")
@click.option("--workload", "-w", type=click.Path(path_type=Path), help="TOML workload: plan it, then run the winner.")
@click.option("--model", "-m", help="Model id; with --gpu, the deployment to run.")
@click.option("--gpu", "-g", help="GPU by id, name or alias.")
@click.option("--weights", help="Weight format (default: the checkpoint's own).")
@click.option("--kv", help="KV-cache format (default: 16 bit).")
@click.option("--engine", default=DEFAULT_ENGINE, show_default=True)
@click.option("--tp", type=click.IntRange(1, 1024), default=1, show_default=True, help="Tensor parallel.")
@click.option("--pp", type=click.IntRange(1, 1024), default=1, show_default=True, help="Pipeline parallel.")
@click.option("--ep", type=click.IntRange(1, 1024), default=1, show_default=True, help="Expert parallel.")
@click.option("--dp", type=click.IntRange(1, 1024), default=1, show_default=True, help="Attention data parallel.")
@click.option("--max-sequences", type=click.IntRange(1, 4096), default=256, show_default=True)
@click.option("--replicas", type=click.IntRange(1, 1000), help="Replicas (default: 1, or those of the plan).")
@click.option("--trace", type=click.Path(path_type=Path), help="Azure, BurstGPT or own CSV, or Mooncake JSON lines.")
@click.option("--limit", type=click.IntRange(1), help="First rows of the trace only.")
@click.option("--skip-bad", is_flag=True, help="Count unreadable rows of the trace instead of refusing it.")
@click.option("--preset", help="Traffic fitted to a public trace (azure-code, azure-conversation, ...).")
@click.option("--rate", type=float, help="Requests a second; a trace is stretched or squeezed to it.")
@click.option("--arrival-cv", type=float, help="Coefficient of variation of the gaps (1 = Poisson).")
@click.option("--isl", type=float, help="Mean input tokens.")
@click.option("--isl-cv", type=float)
@click.option("--osl", type=float, help="Mean output tokens.")
@click.option("--osl-cv", type=float)
@click.option(
    "--duration", type=click.FloatRange(1, 864_000), default=3600.0, show_default=True, help="Seconds to draw."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option(
    "--routing", type=click.Choice(["round_robin", "least_loaded", "prefix"]), default="least_loaded", show_default=True
)
@click.option("--prefix-hit", type=click.FloatRange(0, 0.99), help="Share of input tokens found in the prefix cache.")
@click.option("--lose", multiple=True, metavar="AT[:FOR]", help="A replica is lost AT seconds in, FOR seconds long.")
@click.option("--autoscale", metavar="MIN:MAX:REQUESTS", help="Replicas so that each carries about REQUESTS at once.")
@click.option(
    "--scale-delay", type=click.FloatRange(0, 86_400), default=120.0, show_default=True, help="Start of a replica [s]."
)
@click.option(
    "--confidence", type=click.FloatRange(0.5, 0.99), help="Run on device times that this share is faster than."
)
@sla_options
@catalog_option
@format_option
def simulate_command(fmt: str, catalog: Path | None, **flags: Any) -> int:
    """Run a trace or drawn traffic through a deployment or a plan, request by request.

    Exit code 1 when a limit of the SLA breaks.

    \b
    Examples:
      gpuplan simulate -m meta-llama/Llama-3.1-8B-Instruct -g H100 --rate 10 --isl 1155 --osl 211
      gpuplan simulate -w examples/chat-70b.toml --trace azure_2023_conv.csv --rate 8
      gpuplan simulate -m Qwen/Qwen3-32B -g H200 --replicas 3 --preset azure-code --rate 4 --lose 600:300 --ttft-p95 2
    """
    from planner.answers import Infeasible
    from planner.cli.simulating import run
    from planner.report.plan import infeasible_tables
    from planner.report.simulation import simulation_tables

    with progress_bar("simulating") as progress:
        answer = run(flags, _request_data(flags), load_planner(catalog), progress)
    if isinstance(answer, Infeasible):
        show(fmt, answer, lambda: infeasible_tables(answer))
        return 1
    show(fmt, answer, lambda: simulation_tables(answer))
    return 0 if all(check.holds for check in answer.sla) else 1


def _request_data(flags: dict[str, Any]) -> dict[str, Any]:
    """Flags as the tables of a workload; what was not given is left out."""
    tables = {
        "traffic": {
            "rate_per_s": flags["rate"], "cv": flags["arrival_cv"], "preset": flags["preset"],
            "prefix_hit": flags["prefix_hit"],
        },
        "input_tokens": length_table(flags["isl"], None, flags["isl_cv"]),
        "output_tokens": length_table(flags["osl"], None, flags["osl_cv"]),
        "sla": sla_table(flags),
    }  # fmt: skip
    data: dict[str, Any] = {}
    for name, table in tables.items():
        given = {key: value for key, value in table.items() if value is not None}
        if given:
            data[name] = given
    if flags["confidence"] is not None:
        data["confidence"] = flags["confidence"]
    return data
