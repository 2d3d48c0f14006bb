"""`gpuplan tco`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from planner.cli.options import catalog_option, format_option, length_table, load_catalogs, show
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
    """
    from planner.inputs import merge, read_toml
    from planner.money.apis import read_prices
    from planner.money.request import parse_tco
    from planner.money.tco import tco
    from planner.report.tco import tco_tables

    base = read_toml(workload) if workload is not None else _standard(flags)
    request, asked = parse_tco(merge(base, _given(flags)), where=f"{workload}: " if workload else "")
    own = read_prices(flags["api_prices"]) if flags["api_prices"] is not None else None
    answer = tco(request, asked, load_catalogs(catalog), own_prices=own)
    show(fmt, answer, lambda: tco_tables(answer))
    return 0


def _standard(flags: dict[str, Any]) -> dict[str, Any]:
    """A workload from a volume: lengths of a chat, and the rate that makes the tokens."""
    from planner.errors import InputError

    isl, osl = flags["isl"] or 1000.0, flags["osl"] or 300.0
    data: dict[str, Any] = {"input_tokens": {"mean": isl}, "output_tokens": {"mean": osl}}
    volume = flags["tokens_per_month"]
    if volume is not None:
        if not 0 < volume <= 1e16 or isl + osl <= 0:
            raise InputError(f"--tokens-per-month: expected a number above 0, got {volume:g}")
        data["traffic"] = {"rate_per_s": volume / (isl + osl) / (730.5 * 3600.0)}
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
        "private_share": flags["private_share"], "terms": terms,
    }  # fmt: skip
    tables: dict[str, Any] = {
        "model": flags["model"], "traffic": {"rate_per_s": flags["rate"]} if flags["rate"] is not None else None,
        "input_tokens": length_table(flags["isl"], None, None), "output_tokens": length_table(flags["osl"], None, None),
        "scope": {"gpus": list(flags["gpus"])} if flags["gpus"] else None, "sla": sla_table(flags),
        "tco": {key: value for key, value in money.items() if value not in (None, [], {})},
    }  # fmt: skip
    return {name: table for name, table in tables.items() if table}
