"""`gpuplan plan`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from planner.cli import completion, options
from planner.cli.asking import asked, noted
from planner.cli.common import load_planner, progress_bar, show
from planner.cli.help import HeadedCommand
from planner.cli.workload import workload_anywhere


@click.command("plan", cls=HeadedCommand)
@options.model_option
@options.gpu_option("Restrict to a GPU (repeatable).")
@workload_anywhere
@options.scope_of_each
@options.engine_options
@options.prefix_option
@options.traffic_options
@options.sla_options
@options.market_options
@options.disaggregated_option
@options.score_option
@options.owning_options
@click.option(
    "--why-not",
    "names",
    multiple=True,
    metavar="NAME",
    help="A GPU, format, engine or provider to explain.",
    shell_complete=completion.explained,
)
@click.option(
    "--current",
    type=options.FILE,
    help="TOML of the running fleet ([current] machine = count); with several workloads.",
)
@click.option("--verify/--no-verify", default=True, show_default=True, help="Simulate the winner where that is quick.")
@options.money_list_options
def plan_command(
    catalog: Path | None, fmt: str, verify: bool, names: tuple[str, ...], current: Path | None, **flags: Any
) -> int:
    """The cheapest cluster that serves a workload within its SLA.

    Lengths are a chat's, 1024 tokens in and 256 out, where none are given.

    \b
    Examples:
      gpuplan plan -m meta-llama/Llama-3.3-70B-Instruct --rate 8 --isl 1155 --osl 211 \\
                   --ttft-p95 1 --tpot-p95 0.05
      gpuplan plan -w examples/chat-70b.toml --gpu H100 --gpu H200 --format json
      gpuplan plan -m Qwen/Qwen3-32B --users 200 --active-share 0.2 --isl 8000 --tpot-p95 0.05
      gpuplan plan --min-score MMLU 80 --rate 2 --isl 800 --osl 300 --tpot-p95 0.04
      gpuplan plan -m Qwen/Qwen3-32B --rate 2 --air-gapped --term usd_per_kwh=0.2
      gpuplan plan -w examples/fleet.toml --why-not L40S
    """
    from planner.request.reading import is_fleet

    if flags["workload"] is not None and is_fleet(flags["workload"]):
        return _fleet(current, catalog, fmt, names, flags)
    from planner.answers import Plan
    from planner.errors import InputError
    from planner.report.plan import infeasible_tables, plan_tables

    if current is not None:
        raise InputError("--current: applies to a file of several workloads only")
    found = asked(flags)
    request = found.request()
    with progress_bar("checking the winner") as progress:
        answer = load_planner(catalog).plan(request, verify=verify, why_not=names, progress=progress)
    answer = noted(answer, found.notes)
    if isinstance(answer, Plan):
        show(fmt, answer, lambda: plan_tables(answer))
        return 0
    show(fmt, answer, lambda: infeasible_tables(answer))
    return 1


def _fleet(current: Path | None, catalog: Path | None, fmt: str, names: tuple[str, ...], flags: dict[str, Any]) -> int:
    """Several workloads on one fleet; flags that describe one workload do not apply."""
    from planner.cli.common import day_of
    from planner.errors import InputError
    from planner.fleet.answer import FleetPlan
    from planner.fleet.request import read_fleet
    from planner.report.fleet import fleet_tables, no_fleet_tables

    day = None if flags["as_of"] is None else day_of(flags["as_of"], "--as-of")
    given = [name for name, value in flags.items() if name not in ("workload", "as_of") and value not in (None, ())]
    if given:
        flag = {"gpus": "gpu", "providers": "provider", "regions": "region", "engines": "engine",
                "formats": "weights", "kv_formats": "kv", "offer_classes": "offer-class",
                "max_price_age": "max-price-age", "terms": "term"}.get(given[0], given[0])  # fmt: skip
        raise InputError(f"--{flag.replace('_', '-')}: does not apply to a file of several workloads; state it there")
    request = read_fleet(flags["workload"], current)
    if day is not None:
        request = request.model_copy(update={"scope": request.scope.model_copy(update={"as_of": day})})
    answer = load_planner(catalog).fleet(request, why_not=names)
    if isinstance(answer, FleetPlan):
        show(fmt, answer, lambda: fleet_tables(answer))
        return 0
    show(fmt, answer, lambda: no_fleet_tables(answer))
    return 1
