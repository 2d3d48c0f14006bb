"""`gpuplan tco`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from planner.cli import completion, options
from planner.cli.asking import asked, flagged, noted, stated_terms
from planner.cli.common import load_planner, progress_bar, show
from planner.cli.help import HeadedCommand, option
from planner.cli.workload import workload_anywhere

MONEY = "Money"


@click.command("tco", cls=HeadedCommand)
@options.model_option
@options.gpu_option("Restrict to a GPU (repeatable).")
@workload_anywhere
@options.scope_of_each
@options.engine_options
@options.prefix_option
@options.traffic_options
@options.sla_options
@options.market_options
@options.score_option
@options.owning_options
@option(
    MONEY,
    "--api",
    "apis",
    multiple=True,
    metavar="PROVIDER/MODEL",
    help="API to compare with (repeatable).",
    shell_complete=completion.apis,
)
@option(MONEY, "--api-prices", type=options.FILE, help="TOML of one's own [[price]] tables instead.")
@option(MONEY, "--on", metavar="YYYY-MM-DD", help="Day of the API prices (default: today).")
@option(MONEY, "--batch-share", type=float, metavar="SHARE", help="Share of the traffic that can wait for batches.")
@option(MONEY, "--private-share", type=float, metavar="SHARE", help="Share of the traffic that may not leave.")
@option(MONEY, "--benchmark", help="Compare quality on this benchmark.", shell_complete=completion.benchmarks)
@option(MONEY, "--scores", type=options.FILE, help="CSV of one's own scores of models and APIs.")
@option(MONEY, "--months", type=int, metavar="N", help="Months to look ahead (default 36).")
@option(MONEY, "--ramp-months", type=int, metavar="N", help="Months until the full rate is reached (default 0).")
@options.money_list_options
def tco_command(catalog: Path | None, fmt: str, **flags: Any) -> int:
    """Self-hosting (rented, reserved, owned) against API prices: break-even, split, sensitivity, advice.

    Lengths are a chat's, 1024 tokens in and 256 out, where none are given. Exit code 1 where nothing in scope hosts the
    model, or no way reaches the score.

    \b
    Examples:
      gpuplan tco -m meta-llama/Llama-3.1-70B-Instruct --tokens-per-month 50e6 --api openai/gpt-4o
      gpuplan tco -m Qwen/Qwen3-32B --users 200 --requests-per-user-hour 12 --api openai/gpt-4o
      gpuplan tco -w examples/chat-70b.toml --api anthropic/claude-sonnet-4-5 --term usd_per_kwh=0.2
      gpuplan tco --min-score MMLU 83 --tokens-per-month 500e6 --tpot-p95 0.05
      gpuplan tco -w examples/money.toml --scores my-scores.csv
    """
    from models_db.quality import read_scores
    from planner.errors import InputError
    from planner.tco.apis import read_prices
    from planner.tco.request import parse_tco

    found = asked(flags)
    data = _merged(found.data, flags)
    try:
        request, terms = parse_tco(data, where=found.where)
    except InputError as error:
        raise InputError(flagged(str(error), found.where)) from error
    prices = read_prices(flags["api_prices"]) if flags["api_prices"] is not None else None
    scores = read_scores(flags["scores"]) if flags["scores"] is not None else ()
    with progress_bar("models") as report:
        answer = load_planner(catalog).tco(request, terms, prices=prices, scores=scores, progress=report)
    return _shown(fmt, noted(answer, found.notes))


def _shown(fmt: str, answer: Any) -> int:
    from planner.answers import Infeasible
    from planner.report.plan import infeasible_tables
    from planner.report.tco import floor_tables, no_floor_tables, tco_tables
    from planner.tco.answer import FloorAnswer, FloorNotReached

    kinds: dict[type, tuple[Any, int]] = {
        Infeasible: (infeasible_tables, 1), FloorNotReached: (no_floor_tables, 1), FloorAnswer: (floor_tables, 0),
    }  # fmt: skip
    tables, code = kinds.get(type(answer), (tco_tables, 0))
    show(fmt, answer, lambda: tables(answer))
    return code


def _merged(data: dict[str, Any], flags: dict[str, Any]) -> dict[str, Any]:
    """The workload with its `tco` table under the flags of money; --commitment is the one way to rent."""
    from planner.request.reading import merge

    ways = {"commitments": [flags["commitment"]]} if flags["commitment"] is not None else {}
    return merge(data, {"tco": {**_money(flags), **ways}})


def _money(flags: dict[str, Any]) -> dict[str, Any]:
    money = {
        "apis": list(flags["apis"]), "on": flags["on"], "batch_share": flags["batch_share"],
        "private_share": flags["private_share"], "terms": stated_terms(flags["terms"]),
        "benchmark": flags["benchmark"], "months": flags["months"], "ramp_months": flags["ramp_months"],
    }  # fmt: skip
    return {key: value for key, value in money.items() if value not in (None, [], {})}
