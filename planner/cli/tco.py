"""`gpuplan tco`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from planner.cli.options import catalog_option, format_option, length_table, load_planner, progress_bar, show
from planner.cli.plan import sla_options, sla_table


@click.command("tco")
@click.argument("workload", required=False, type=click.Path(path_type=Path))
@click.option("--model", "-m", help="Model to host.")
@click.option("--rate", type=float, help="Requests a second on average.")
@click.option("--tokens-per-month", type=float, help="Volume instead of a rate: input and output tokens a month.")
@click.option("--isl", type=float, help="Mean input tokens (default 1000).")
@click.option("--osl", type=float, help="Mean output tokens (default 300).")
@click.option("--gpu", "gpus", multiple=True, help="Restrict to a GPU (repeatable).")
@click.option("--api", "apis", multiple=True, metavar="PROVIDER/MODEL", help="API to compare with (repeatable).")
@click.option("--api-prices", type=click.Path(path_type=Path), help="TOML of one's own [[price]] tables instead.")
@click.option("--on", metavar="YYYY-MM-DD", help="Day of the API prices (default: today).")
@click.option("--batch-share", type=float, help="Share of the traffic that can wait for batches.")
@click.option("--private-share", type=float, help="Share of the traffic that may not leave.")
@click.option("--min-score", nargs=2, type=(str, float), metavar="BENCHMARK SCORE",
              help="The cheapest way to a quality, over all models and APIs, instead of --model.")  # fmt: skip
@click.option("--benchmark", help="Compare quality on this benchmark.")
@click.option("--scores", type=click.Path(path_type=Path), help="CSV of one's own scores of models and APIs.")
@click.option("--months", type=int, help="Months to look ahead (default 36).")
@click.option("--ramp-months", type=int, help="Months until the full rate is reached (default 0).")
@click.option("--term", "terms", multiple=True, metavar="NAME=VALUE", help="Override a term of owning (repeatable).")
@sla_options
@catalog_option
@format_option
def tco_command(workload: Path | None, catalog: Path | None, fmt: str, **flags: Any) -> int:
    """Self-hosting (rented, reserved, owned) against API prices: break-even, split, sensitivity, advice.

    \b
    Examples:
      gpuplan tco -m meta-llama/Llama-3.1-70B-Instruct --tokens-per-month 50e6 --api openai/gpt-4o
      gpuplan tco examples/chat-70b.toml --api anthropic/claude-sonnet-4-5 --term usd_per_kwh=0.2
      gpuplan tco --min-score MMLU 83 --tokens-per-month 500e6 --tpot-p95 0.05
      gpuplan tco examples/money.toml --scores my-scores.csv
    """
    from models_db.quality import read_scores
    from planner.answers import Infeasible
    from planner.report.plan import infeasible_tables
    from planner.report.tco import floor_tables, tco_tables
    from planner.request.reading import merge, read_toml
    from planner.tco.answer import FloorAnswer
    from planner.tco.apis import read_prices
    from planner.tco.request import parse_tco

    base = read_toml(workload) if workload is not None else _standard(flags)
    if flags["min_score"]:
        base.pop("model", None)
    request, asked = parse_tco(merge(base, _given(flags)), where=f"{workload}: " if workload else "")
    prices = read_prices(flags["api_prices"]) if flags["api_prices"] is not None else None
    scores = read_scores(flags["scores"]) if flags["scores"] is not None else ()
    with progress_bar("models") as report:
        answer = load_planner(catalog).tco(request, asked, prices=prices, scores=scores, progress=report)
    if isinstance(answer, Infeasible):
        show(fmt, answer, lambda: infeasible_tables(answer))
        return 1
    show(fmt, answer, lambda: floor_tables(answer) if isinstance(answer, FloorAnswer) else tco_tables(answer))
    return 0


def _standard(flags: dict[str, Any]) -> dict[str, Any]:
    """A workload from a volume: lengths of a chat, and the rate that makes the tokens."""
    from planner.errors import InputError
    from planner.formulas.time import SECONDS_PER_MONTH

    isl, osl = flags["isl"] or 1000.0, flags["osl"] or 300.0
    data: dict[str, Any] = {"input_tokens": {"mean": isl}, "output_tokens": {"mean": osl}}
    volume = flags["tokens_per_month"]
    if volume is not None:
        if not 0 < volume <= 1e16 or isl + osl <= 0:
            raise InputError(f"--tokens-per-month: expected a number above 0, got {volume:g}")
        data["traffic"] = {"rate_per_s": volume / (isl + osl) / SECONDS_PER_MONTH}
    return data


def _given(flags: dict[str, Any]) -> dict[str, Any]:
    from planner.errors import InputError

    terms: dict[str, float] = {}
    for text in flags["terms"]:
        name, _, value = text.partition("=")
        try:
            terms[name.strip()] = float(value)
        except ValueError as error:
            raise InputError(f"--term: expected NAME=NUMBER, got {text[:60]!r}") from error
    money = {
        "apis": list(flags["apis"]), "on": flags["on"], "batch_share": flags["batch_share"],
        "private_share": flags["private_share"], "terms": terms, "benchmark": flags["benchmark"],
        "months": flags["months"], "ramp_months": flags["ramp_months"],
    }  # fmt: skip
    tables: dict[str, Any] = {
        "model": flags["model"], "traffic": {"rate_per_s": flags["rate"]} if flags["rate"] is not None else None,
        "input_tokens": length_table(flags["isl"], None, None), "output_tokens": length_table(flags["osl"], None, None),
        "scope": {"gpus": list(flags["gpus"])} if flags["gpus"] else None, "sla": sla_table(flags),
        "tco": {key: value for key, value in money.items() if value not in (None, [], {})},
    }  # fmt: skip
    if flags["min_score"]:
        tables["quality"] = {"benchmark": flags["min_score"][0], "min_score": flags["min_score"][1]}
    return {name: table for name, table in tables.items() if table}
