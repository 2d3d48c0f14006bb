"""`gpuplan estimate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli import options
from planner.cli.asking import RATE_FLAGS, SOURCES, Asked, asked, deployment, gathered, noted
from planner.cli.common import load_planner, show
from planner.cli.ggml_options import ggml_options, host_option
from planner.cli.help import HeadedCommand, option
from planner.cli.launch_line import as_started, estimated, read_into
from planner.cli.start_log import show_log
from planner.cli.workload import workload_anywhere

if TYPE_CHECKING:
    from planner.answers import Estimated
    from planner.planner import Planner
    from planner.request.request import Request, Traffic

MOST_REQUESTS = 1e9


@click.command("estimate", cls=HeadedCommand)
@options.model_option
@options.gpu_option("GPU by id, name or alias.")
@workload_anywhere
@options.one_of_each
@options.split_options
@options.engine_options
@ggml_options
@host_option
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
@option(
    options.SUBJECT,
    "--from-command",
    "line",
    metavar="TEXT",
    help="A launch line of an engine, or a file with one: script, Compose file, manifest. Flags override it.",
)
@click.option("--log", "as_log", is_flag=True, help="Print what the engine's start-up log will say of its memory.")
@options.output_options
def estimate_command(catalog: Path | None, fmt: str, as_log: bool, **flags: Any) -> int:
    """One deployment exactly as given: memory by part, step times with the binding roof, latency.

    Lengths are 1024 tokens in and 256 out where none are given, all alike where no spread is given. Exit code 1 where
    the memory does not hold one sequence, or the rate is not sustained.

    \b
    Examples:
      gpuplan estimate -m meta-llama/Llama-3.1-8B -g H100 --concurrency 16
      gpuplan estimate -m Qwen/Qwen3-8B -g L40S --users 200 --think-time 60 --isl 8000
      gpuplan estimate -m deepseek-ai/DeepSeek-V3 -g H200 --tp 8 --rate 2 --isl 2000 --osl 500
      gpuplan estimate -m Qwen/Qwen3-8B -g L40S --engine-version 0.8 --max-num-seqs 64 --eager
      gpuplan estimate -g H200 --from-command "vllm serve Qwen/Qwen3-32B -tp 2 --max-model-len 32768"
      gpuplan estimate --from-command compose.yaml --concurrency 16
      gpuplan estimate -m Qwen/Qwen3-8B -g L40S --engine-version 0.11 --log
    """
    from planner.answers import DoesNotFit, OnHost
    from planner.load.demand import Demand
    from planner.report.estimate import estimate_tables, no_fit_tables, on_host_tables

    planner = load_planner(catalog)
    line, said = read_into(flags, planner)
    for name in ("isl", "osl"):
        if flags["cv"] is not None and flags[f"{name}_cv"] is None and flags[f"{name}_p95"] is None:
            flags[f"{name}_cv"] = flags["cv"]
    found, clients = _loaded(flags)
    request = _all_alike(found, planner)
    _finite(flags["requests"], clients)
    named = deployment(request, flags, requests=flags["requests"], **_load(request.traffic, clients))
    answer, wide = estimated(planner, as_started(named, line), Demand.of(request), line)
    answer = noted(answer, [*said, *wide, *_said_of_lengths(found, request), *_said_of_users(request, answer)])
    if as_log:
        show_log(fmt, answer)
        return 0 if answer.status in ("ok", "on_host") else 1
    if isinstance(answer, DoesNotFit):
        show(fmt, answer, lambda: no_fit_tables(answer))
        return 1
    if isinstance(answer, OnHost):
        show(fmt, answer, lambda: on_host_tables(answer))
        return 0
    show(fmt, answer, lambda: estimate_tables(answer))
    return 0 if answer.status == "ok" else 1


def _load(traffic: Traffic, clients: float | None) -> dict[str, float]:
    """The load of a deployment: clients, clients that think, or a rate; of users that of their busiest hour."""
    from planner.errors import InputError
    from planner.physics.deployment import LEAST_CLIENTS, MOST_CLIENTS

    if clients is not None:
        return {"concurrency": clients}
    if traffic.think_time_s is None:
        return {"rate_per_s": traffic.rate_per_s if traffic.users is None else traffic.busy_per_s}
    if not LEAST_CLIENTS <= traffic.active_users <= MOST_CLIENTS:
        limits = f"{LEAST_CLIENTS:g} to {MOST_CLIENTS:g}"
        raise InputError(f"--users (traffic.users): {traffic.active_users:g} at work on one deployment, not {limits}")
    return {"concurrency": traffic.active_users, "think_time_s": traffic.think_time_s}


def _said_of_lengths(found: Asked, request: Request) -> list[str]:
    """What is assumed of lengths; nothing of outputs where the model has none."""
    from planner.request.lengths import NO_OUTPUT

    none = request.output_tokens == NO_OUTPUT
    notes = [note for note in found.notes if not none or not note.startswith("output lengths")]
    assumed = () if _spread_as_stated(found) else ("input", "output")
    for label in assumed:
        if f"{label}_tokens" not in request.model_fields_set:
            mean = getattr(request, f"{label}_tokens").average
            notes.append(f"{label} lengths: {mean:g} tokens, all alike (assumed)")
    return notes


def _said_of_users(request: Request, answer: Estimated) -> list[str]:
    """How the rate follows from users or a volume, at the response time of the deployment where that counts."""
    from planner.answers import Estimate
    from planner.request.said import rate_texts

    if not isinstance(answer, Estimate):
        return rate_texts(request)
    traffic, response_s = request.traffic, answer.latency.e2e_s.mean
    if traffic.think_time_s is not None:
        rate = traffic.active_users / (traffic.think_time_s + response_s) / max(traffic.hourly)
        request = request.model_copy(update={"traffic": traffic.model_copy(update={"rate_per_s": rate})})
    return rate_texts(request, response_s=response_s, own=True)


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
    rated = any(flags[name] is not None for name in RATE_FLAGS[:3])
    if clients is not None and rated:
        raise InputError("--concurrency: give a concurrency or a rate, not both")
    if clients is not None and not LEAST_CLIENTS <= clients <= MOST_CLIENTS:
        limits = f"{LEAST_CLIENTS:g} to {MOST_CLIENTS:g}"
        raise InputError(f"--concurrency: expected a number from {limits}, got {clients:g}")
    traffic = gathered(flags).data.get("traffic", {})
    if clients is None and not rated and not SOURCES & set(traffic):
        clients = 1.0
    found = asked({**flags, "rate": clients} if clients is not None else flags)
    return found, clients


def _spread_as_stated(found: Asked) -> bool:
    """Whether lengths without a spread have the usual one: those of files and presets."""
    return bool(found.where) or "preset" in found.data.get("traffic", {})


def _all_alike(found: Asked, planner: Planner) -> Request:
    """The request, in which lengths of flags without a spread are all alike, as in a benchmark."""
    from planner.plan.lengths import DIRECTIONS, with_lengths_that_fit
    from planner.request.lengths import CHAT_INPUT, CHAT_OUTPUT

    request = planner.dated(found.request())
    if _spread_as_stated(found):
        return request
    free = [key for key in DIRECTIONS if key not in request.model_fields_set]
    chat = dict(zip(DIRECTIONS, (CHAT_INPUT, CHAT_OUTPUT), strict=True))
    lengths = {key: chat[key] if key in free else getattr(request, key) for key in DIRECTIONS}
    even = {key: length.model_copy(update={"cv": 0.0}) for key, length in lengths.items()
            if not {"cv", "p95"} & set(found.data.get(key) or {})}  # fmt: skip
    made = request.model_copy(update=even)
    made.model_fields_set.difference_update(free)
    return with_lengths_that_fit(made, planner.catalogs)
