"""`--currency` in every command that prints dollars: the same answer times the rate, with the rate and its day."""

from __future__ import annotations

import json
from typing import Any

import pytest

from planner.cli.main import main

EIGHT = "meta-llama/Llama-3.1-8B-Instruct"
IN_EUR = ["--currency", "EUR", "--rate-of-exchange", "0.5", "--exchange-as-of", "2026-11-01"]
LOAD = ["-m", EIGHT, "-g", "L40S", "--rate", "2", "--tpot-p95", "0.06"]
COMMANDS = {
    "plan": ["plan", *LOAD, "--no-verify"],
    "tco": ["tco", *LOAD, "--api", "openai/gpt-4o"],
    "quant": ["quant", *LOAD, "--weights", "bf16", "--kv", "bf16"],
    "prices": ["prices", "--gpu", "L40S", "aws"],
    "prices of APIs": ["prices", "--api", "openai", "gpt-4o"],
}


def answer(capsys: pytest.CaptureFixture[str], *args: str) -> Any:
    assert main([*args, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def amounts(data: Any, code: str, extra: tuple[str, ...] = (), *, inside: bool = False) -> list[float]:
    """All numbers under keys that name the currency, in order."""
    if isinstance(data, dict):
        pairs = [(k, v) for k, v in data.items() if k != "currency"]
        return [
            x
            for k, v in pairs
            for x in amounts(v, code, extra, inside=inside or k in extra or (code in k.split("_") and "pct" not in k))
        ]
    if isinstance(data, list):
        return [x for item in data for x in amounts(item, code, extra, inside=inside)]
    return [float(data)] if inside and isinstance(data, int | float) and not isinstance(data, bool) else []


@pytest.mark.parametrize("command", list(COMMANDS))
def test_each_amount_is_the_one_in_dollars_times_the_rate(capsys: pytest.CaptureFixture[str], command: str) -> None:
    extra = ("input", "cached", "output", "batch_input", "batch_output") if command == "prices of APIs" else ()
    usd = amounts(answer(capsys, *COMMANDS[command]), "usd", extra)
    data = answer(capsys, *COMMANDS[command], *IN_EUR)
    assert len(usd) > 3
    assert amounts(data, "eur", extra) == pytest.approx([0.5 * x for x in usd])
    assert extra or amounts(data, "usd") == []
    if isinstance(data, dict):
        assert data["currency"] == {"code": "EUR", "per_usd": 0.5, "as_of": "2026-11-01", "source": "stated"}


@pytest.mark.parametrize(
    ("command", "unit"), [("plan", "eur_per"), ("tco", "eur_per"), ("prices", "EUR per GPU and hour")]
)
def test_tables_name_the_currency_with_its_rate_and_day(
    capsys: pytest.CaptureFixture[str], command: str, unit: str
) -> None:
    assert main([*COMMANDS[command], *IN_EUR]) == 0
    text = capsys.readouterr().out
    assert "EUR, 0.5 for one USD as of 2026-11-01 (stated)" in " ".join(text.split())
    assert "$" not in text.replace("$0.03", "")
    assert unit in text


def test_without_a_rate_one_line_says_how_to_give_it(capsys: pytest.CaptureFixture[str]) -> None:
    for args in (
        ["--currency", "EUR"],
        ["--currency", "EUR", "--rate-of-exchange", "0.9"],
        ["--rate-of-exchange", "2"],
    ):
        assert main([*COMMANDS["plan"], *args]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.count("\n") == 1
        assert "--currency: " in captured.err
    assert main([*COMMANDS["prices"], "--currency", "usd"]) == 0
