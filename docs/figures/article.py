"""The figures of docs/article.md: what is asked, and which claim is checked where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docs.figures.prose import table
from docs.figures.shell import record

ON = "2026-11-28"
MODEL = "meta-llama/Llama-3.1-70B-Instruct"
COLUMNS = ("claim", "our figure", "holds?")
HOURS_A_YEAR = 730.5 * 12
APIS = {
    "openai/gpt-4": "GPT-4",
    "openai/gpt-4o": "GPT-4o",
    "anthropic/claude-sonnet-4-5": "Claude Sonnet 4.5",
    "google/gemini-2.5-pro": "Gemini 2.5 Pro",
}
PEOPLE, UNPAID = "staff", ("--term", "staff_fte_cloud=0", "--term", "staff_fte_owned=0")

Row = tuple[str, str, str]


def claims(rows: Sequence[Row]) -> str:
    """The table of one section."""
    return table(COLUMNS, rows)


def money(tokens: float, *more: str, apis: Sequence[str] = tuple(APIS), isl: int = 1000) -> Any:
    """The answer of `tco` for so many tokens a month, in requests of `isl` and 300 tokens."""
    named = [word for api in apis for word in ("--api", api)]
    return record(
        "tco", "-m", MODEL, "--tokens-per-month", f"{tokens:g}", "--isl", str(isl), "--osl", "300", "--ttft-p95", "3",
        "--tpot-p95", "0.08", *named, "--api-prices", "examples/api-prices.toml", "--on", ON, "--as-of", ON, *more,
    )  # fmt: skip


def api_usd(answer: Any) -> dict[str, float]:
    """What each API costs a month [USD]."""
    return {api["name"]: api["usd_per_month"] for api in answer["apis"]}


def hosting(answer: Any) -> Any:
    """The cheapest way to host."""
    return answer["self_hosting"][0]


def line(option: Any, name: str) -> float:
    """One line of a way to host [USD a month]."""
    return float(sum(found["usd_per_month"] for found in option["lines"] if found["name"] == name))
