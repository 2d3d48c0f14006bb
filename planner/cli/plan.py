"""`gpuplan plan`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from planner.cli.options import catalog_option, format_option, length_table, load_catalogs, progress_bar, show
from planner.request.metrics import METRICS, PERCENTILES


def sla_options(command: Any) -> Any:
    for metric in reversed(METRICS):
        for percentile in reversed(PERCENTILES):
            text = f"Limit on {metric.upper()} {percentile} [s]." if percentile == "p95" else None
            command = click.option(
                f"--{metric}-{percentile}", type=float, default=None, help=text, hidden=percentile not in ("p95", "p99")
            )(command)
    return command


@click.command("plan")
@click.option(
    "--workload", "-w", type=click.Path(path_type=Path), help="TOML file with the request; flags override it."
)
@click.option("--model", "-m", help="Model id, or a name with the same shapes.")
@click.option(
    "--min-score",
    nargs=2,
    type=(str, float),
    default=None,
    metavar="BENCHMARK SCORE",
    help="Choose among models that reach a score instead of naming one.",
)
@click.option(
    "--preset", help="Traffic fitted to a public trace: azure-code, azure-conversation, mooncake-conversation."
)
@click.option("--rate", type=float, help="Requests a second.")
@click.option("--arrival-cv", type=float, help="Coefficient of variation of the gaps (1 = Poisson).")
@click.option("--isl", type=float, help="Mean input tokens.")
@click.option("--isl-p95", type=float, help="95 % quantile of the input tokens.")
@click.option("--isl-cv", type=float, help="Coefficient of variation of the input tokens.")
@click.option("--osl", type=float, help="Mean output tokens.")
@click.option("--osl-p95", type=float)
@click.option("--osl-cv", type=float)
@sla_options
@click.option("--gpu", "gpus", multiple=True, help="Restrict to a GPU (repeatable).")
@click.option("--provider", "providers", multiple=True, help="Restrict to a provider (repeatable).")
@click.option("--region", "regions", multiple=True, help="Restrict to a region (repeatable).")
@click.option("--commitment", type=click.Choice(["on_demand", "spot", "1y_reserved", "3y_reserved"]))
@click.option("--engine", "engines", multiple=True, help="Serving engine (repeatable).")
@click.option("--weights", "formats", multiple=True, help="Restrict to a weight format (repeatable).")
@click.option("--kv", "kv_formats", multiple=True, help="Restrict to a KV format (repeatable).")
@click.option("--max-gpus", type=int, help="Most GPUs in all.")
@click.option("--max-usd-per-hour", type=float, help="Budget.")
@click.option("--max-power-kw", type=float, help="Most power of the GPUs at TDP.")
@click.option("--spare-replicas", type=int, help="Replicas beyond need (N+k).")
@click.option("--confidence", type=float, help="Share of deployments that should be at least this fast (0.5 to 0.99).")
@click.option("--speculative", is_flag=True, default=None, help="Also consider drafting with the model's own layers.")
@click.option("--disaggregated", is_flag=True, default=None, help="Also compare prefill and decode on replicas apart.")
@click.option("--why-not", "asked", multiple=True, metavar="NAME", help="A GPU, format, engine or provider to explain.")
@click.option(
    "--current",
    type=click.Path(path_type=Path),
    help="TOML of the running fleet ([current] machine = count); with several workloads.",
)
@click.option("--verify/--no-verify", default=True, show_default=True, help="Simulate the winner where that is quick.")
@catalog_option
@format_option
def plan_command(
    workload: Path | None, catalog: Path | None, fmt: str, verify: bool, asked: tuple[str, ...],
    current: Path | None, **flags: Any,
) -> int:  # fmt: skip
    """The cheapest cluster that serves a workload within its SLA.

    \b
    Examples:
      gpuplan plan -m meta-llama/Llama-3.3-70B-Instruct --rate 8 --isl 1155 --osl 211 --ttft-p95 1 --tpot-p95 0.05
      gpuplan plan -w examples/chat-70b.toml --gpu H100 --gpu H200 --format json
      gpuplan plan --min-score MMLU 80 --rate 2 --isl 800 --osl 300 --tpot-p95 0.04
      gpuplan plan -w examples/fleet.toml --why-not L40S
    """
    from planner.fleet.request import is_fleet

    if workload is not None and is_fleet(workload):
        return _fleet(workload, current, catalog, fmt, asked, flags)
    from planner.answers import Plan
    from planner.plan.explore import plan
    from planner.report.plan import infeasible_tables, plan_tables
    from planner.request.reading import merge, parse_request, read_request

    data = _request_data(flags)
    request = read_request(workload, data) if workload is not None else parse_request(merge({}, data))
    catalogs = load_catalogs(catalog)
    if verify:
        from planner.plan.verified import planned_and_checked

        with progress_bar("checking the winner") as progress:
            answer = planned_and_checked(request, catalogs, progress=progress)
    else:
        answer = plan(request, catalogs)
    if isinstance(answer, Plan):
        if request.scope.disaggregated:
            from planner.plan.disaggregated import with_phases_apart

            answer = with_phases_apart(answer, request, catalogs)
        if asked:
            from planner.plan.why_not import why_not

            found = [why_not(answer, request, catalogs, name) for name in asked]
            answer = answer.model_copy(update={"why_not": found})
        show(fmt, answer, lambda: plan_tables(answer))
        return 0
    show(fmt, answer, lambda: infeasible_tables(answer))
    return 1


def _fleet(
    workload: Path, current: Path | None, catalog: Path | None, fmt: str, asked: tuple[str, ...], flags: dict[str, Any]
) -> int:
    """Several workloads on one fleet; flags that describe one workload do not apply."""
    from planner.errors import InputError
    from planner.fleet.answer import FleetPlan
    from planner.fleet.plan import plan_fleet
    from planner.fleet.request import read_fleet
    from planner.report.fleet import fleet_tables, no_fleet_tables

    given = [name for name, value in flags.items() if value not in (None, ())]
    if given:
        raise InputError(
            f"--{given[0].replace('_', '-')}: does not apply to a file of several workloads; state it there"
        )
    answer = plan_fleet(read_fleet(workload, current), load_catalogs(catalog), why_not=asked)
    if isinstance(answer, FleetPlan):
        show(fmt, answer, lambda: fleet_tables(answer))
        return 0
    show(fmt, answer, lambda: no_fleet_tables(answer))
    return 1


def sla_table(flags: dict[str, Any]) -> dict[str, float]:
    """The limits that were given, under their keys in a workload."""
    return {f"{m}_{p}_s": flags[f"{m}_{p}"] for m in METRICS for p in PERCENTILES if flags.get(f"{m}_{p}") is not None}


def _request_data(flags: dict[str, Any]) -> dict[str, Any]:
    """The flags as the same nested tables that a workload file has."""
    tables: dict[str, dict[str, Any]] = {
        "traffic": {"rate_per_s": flags["rate"], "cv": flags["arrival_cv"], "preset": flags["preset"]},
        "input_tokens": length_table(flags["isl"], flags["isl_p95"], flags["isl_cv"]),
        "output_tokens": length_table(flags["osl"], flags["osl_p95"], flags["osl_cv"]),
        "sla": sla_table(flags),
        "scope": {
            k: list(flags[k]) for k in ("gpus", "providers", "regions", "engines", "formats", "kv_formats") if flags[k]
        }
        | {key: flags[key] for key in ("commitment", "speculative", "disaggregated")},
        "limits": {k: flags[k] for k in ("max_gpus", "max_usd_per_hour", "max_power_kw", "spare_replicas")},
    }
    data: dict[str, Any] = {}
    for name, table in tables.items():
        given = {key: value for key, value in table.items() if value is not None}
        if given:
            data[name] = given
    for key in ("model", "confidence"):
        if flags[key] is not None:
            data[key] = flags[key]
    if flags["min_score"]:
        data["quality"] = {"benchmark": flags["min_score"][0], "min_score": flags["min_score"][1]}
    return data
