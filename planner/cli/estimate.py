"""`gpuplan estimate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from planner.cli import options
from planner.cli.asking import Asked, asked, deployment, gathered, noted
from planner.cli.common import load_planner, show
from planner.cli.help import HeadedCommand, option

MOST_REQUESTS = 1e9


@click.command("estimate", cls=HeadedCommand)
@options.model_option
@options.gpu_option("GPU by id, name or alias.")
@options.workload_option
@options.one_of_each
@options.split_options
@options.engine_options
@options.prefix_option
@option(
    options.TRAFFIC,
    "--concurrency",
    type=float,
    metavar="N",
    help="Closed loop: clients that always have one request running. [default: 1, where no rate is given]",
)
@option(
    options.TRAFFIC,
    "--requests",
    type=float,
    metavar="N",
    help="Requests of the closed loop in all: its last round runs partly filled (default: it lasts).",
)
@options.traffic_options
@option(options.TRAFFIC, "--cv", type=float, hidden=True)
@options.output_options
def estimate_command(catalog: Path | None, fmt: str, **flags: Any) -> int:
    """One deployment exactly as given: memory by part, step times with the binding roof, latency.

    Lengths are 1024 tokens in and 256 out where none are given, all alike where no spread is given.

    \b
    Examples:
      gpuplan estimate -m meta-llama/Llama-3.1-8B -g H100 --concurrency 16
      gpuplan estimate -m deepseek-ai/DeepSeek-V3 -g H200 --tp 8 --rate 2 --isl 2000 --osl 500
      gpuplan estimate -m Qwen/Qwen3-8B -g L40S --engine-version 0.8 --max-num-seqs 64 --eager
    """
    from planner.answers import DoesNotFit
    from planner.load.demand import Demand
    from planner.report.estimate import estimate_tables, no_fit_tables

    for name in ("isl", "osl"):
        if flags["cv"] is not None and flags[f"{name}_cv"] is None and flags[f"{name}_p95"] is None:
            flags[f"{name}_cv"] = flags["cv"]
    found, clients = _loaded(flags)
    request = found.request()
    open_loop = request.traffic.rate_per_s if clients is None else None
    _finite(flags["requests"], clients)
    named = deployment(request, flags, concurrency=clients, rate_per_s=open_loop, requests=flags["requests"])
    answer = noted(load_planner(catalog).estimate(named, Demand.of(request)), found.notes)
    if isinstance(answer, DoesNotFit):
        show(fmt, answer, lambda: no_fit_tables(answer))
        return 1
    show(fmt, answer, lambda: estimate_tables(answer))
    return 0


def _finite(requests: float | None, clients: float | None) -> None:
    """A run that ends is one of a closed loop, with a request for each client at least."""
    from planner.errors import InputError

    if requests is None:
        return
    if clients is None:
        raise InputError("--requests: is of a closed loop (--concurrency); `simulate --requests` ends drawn traffic")
    if not clients <= requests <= MOST_REQUESTS:
        raise InputError(f"--requests: expected {clients:g} (one a client) to {MOST_REQUESTS:g}, got {requests:g}")


def _loaded(flags: dict[str, Any]) -> tuple[Asked, float | None]:
    """The request's tables, and how many clients there are in a closed loop; None in an open one."""
    from planner.errors import InputError
    from planner.physics.deployment import LEAST_CLIENTS, MOST_CLIENTS

    clients = flags["concurrency"]
    rated = flags["rate"] is not None or flags["tokens_per_month"] is not None
    if clients is not None and rated:
        raise InputError("--concurrency: give a concurrency or a rate, not both")
    if clients is not None and not LEAST_CLIENTS <= clients <= MOST_CLIENTS:
        limits = f"{LEAST_CLIENTS:g} to {MOST_CLIENTS:g}"
        raise InputError(f"--concurrency: expected a number from {limits}, got {clients:g}")
    traffic = gathered(flags).data.get("traffic", {})
    if clients is None and not rated and not {"rate_per_s", "preset"} & set(traffic):
        clients = 1.0
    found = asked({**flags, "rate": clients} if clients is not None else flags)
    return _all_alike(found), clients


def _all_alike(found: Asked) -> Asked:
    """Lengths of flags without a spread are all alike, as in a benchmark; those of files and presets are left."""
    from planner.request.request import CHAT_INPUT, CHAT_OUTPUT

    if found.where or "preset" in found.data.get("traffic", {}):
        return found
    data, notes = dict(found.data), list(found.notes)
    for label, chat in (("input", CHAT_INPUT), ("output", CHAT_OUTPUT)):
        table = data.get(f"{label}_tokens")
        if table is None:
            notes.append(f"{label} lengths: {chat.average:g} tokens, all alike (assumed)")
            table = {"mean": chat.average}
        data[f"{label}_tokens"] = table if {"cv", "p95"} & set(table) else {**table, "cv": 0.0}
    return Asked(data, found.where, notes)
