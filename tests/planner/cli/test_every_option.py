"""One set of options: each acts in every command that lists it, aliases agree, what is missing is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest

from planner.cli.app import cli
from planner.cli.main import main
from planner.cli.memory_options import SETTINGS as OF_MEMORY
from tests.consistency.drawn import TORTURE

SMALL = "meta-llama/Llama-3.1-8B-Instruct"
EXPERTS, DRAFTING = "Qwen/Qwen3-30B-A3B", "zai-org/GLM-4.5-Air"
LOAD = ["--rate", "30", "--isl", "800", "--osl", "200"]
SLA = ["--ttft-p95", "1", "--tpot-p95", "0.06"]
ONE = ["-m", SMALL, "-g", "L40S"]
# One format, where other options are asked; all of them with GPUPLAN_TORTURE=1.
FORMAT = [] if TORTURE else ["--weights", "bf16", "--kv", "bf16"]
BASES: dict[str, list[str]] = {
    "plan": [*ONE, *LOAD, *SLA, *FORMAT, "--no-verify"],
    "quant": [*ONE, *LOAD, *SLA, "--weights", "bf16", "--kv", "bf16"],
    "tco": [*ONE, *LOAD, *SLA, *FORMAT, "--api", "x/y", "--api-prices", "PRICES"],
    "estimate": [*ONE, "--rate", "5", "--isl", "800", "--osl", "200"],
    "simulate": [*ONE, "--rate", "5", "--isl", "800", "--osl", "200", "--duration", "60", *SLA],
    "fit": ["-m", "meta-llama/Llama-3.3-70B-Instruct", "-g", "L40S", "-g", "H100"],
}
# A value of each option that differs from what the commands above have or take by default.
VALUES: dict[str, list[str]] = {
    "--model": ["Qwen/Qwen3-14B"], "--gpu": ["MI300X"], "--workload": ["WORKLOAD"], "--weights": ["fp8"],
    "--kv": ["fp8"], "--engine": ["sglang"], "--engine-version": ["0.10"],
    "--max-num-batched-tokens": ["512"], "--max-num-seqs": ["4"], "--memory-fraction": ["0.5"], "--eager": [],
    "--speculation": ["eagle:4"],
    "--prefix-hit": ["0.6"], "--rate": ["8"], "--tokens-per-month": ["2e9"], "--users": ["3000"], "--arrival-cv": ["3"],
    "--preset": ["azure-code"], "--isl": ["1500"], "--isl-cv": ["1.5"], "--isl-p95": ["2500"], "--osl": ["400"],
    "--osl-cv": ["1.5"], "--osl-p95": ["700"], "--provider": ["runpod"], "--region": ["us-east-1"],
    "--commitment": ["spot"], "--offer-class": ["hyperscaler"], "--max-price-age": ["60"], "--as-of": ["2026-06-01"],
    "--max-gpus": ["1"], "--max-usd-per-hour": ["0.5"], "--max-power-kw": ["0.2"],
    "--spare-replicas": ["2"], "--confidence": ["0.95"], "--speculative": [], "--disaggregated": [],
    "--min-score": ["MMLU", "85"], "--tp": ["2"], "--pp": ["2"], "--ep": ["2"], "--dp": ["2", "--ep", "2"],
    "--concurrency": ["40"], "--context": ["30000"], "--why-not": ["H100"], "--replicas": ["3"],
    "--requests": ["90"], "--seed": ["5"], "--duration": ["90"], "--routing": ["round_robin"], "--lose": ["10:20"],
    "--autoscale": ["1:4:2"], "--trace": ["TRACE"], "--api": ["x/z"], "--batch-share": ["0.5"],
    "--private-share": ["0.5"], "--benchmark": ["MMLU"], "--months": ["12"], "--ramp-months": ["6"],
    "--term": ["usd_per_kwh=0.4"], "--on-premises": [], "--air-gapped": [], "--grid": ["france"],
    "--grid-g-per-kwh": ["100"], "--topology": ["pcie4-staged"], "--link-gb-s": ["3"],
    "--low-confidence": [], "--all-replicas": [],
}  # fmt: skip
for metric, seconds in (("ttft", "0.04"), ("tpot", "0.009"), ("e2e", "1.5")):
    VALUES |= {f"--{metric}-{p}": [seconds] for p in ("mean", "p50", "p90", "p95", "p99")}
# What `tco` and `quant` hand on to their plans: asked of `plan`, and of them, too, with GPUPLAN_TORTURE=1.
HANDED_ON = {
    "--isl-cv", "--isl-p95", "--osl", "--osl-cv", "--osl-p95", "--arrival-cv", "--region", "--commitment",
    "--max-num-batched-tokens", "--max-num-seqs", "--engine-version", "--prefix-hit", "--confidence",
    "--spare-replicas", "--engine", "--memory-fraction", "--eager", "--speculation", "--provider", "--offer-class",
    "--max-price-age", "--max-gpus", "--max-usd-per-hour", "--max-power-kw", "--preset", "--weights", "--kv",
}  # fmt: skip
# What `estimate` is asked for, and `plan` with GPUPLAN_TORTURE=1.
OF_AN_ENGINE = {
    "--engine-version", "--max-num-batched-tokens", "--max-num-seqs", "--memory-fraction", "--eager", "--speculation",
    "--prefix-hit", "--isl-cv", "--isl-p95", "--osl-cv", "--osl-p95", "--isl", "--osl",
}  # fmt: skip
# One set of limits stands in all commands; `simulate` is asked for each of them, the others with GPUPLAN_TORTURE=1.
SOME_LIMITS = {"--ttft-p99", "--tpot-mean", "--e2e-p50"}
# What the option needs to say anything: taken out of the command, or put in.
GONE = {
    "--tokens-per-month": ["--rate"], "--users": ["--rate"], "--min-score": ["-m"], "--preset": ["--isl", "--osl"],
    "--concurrency": ["--rate"], "--requests": ["--rate", "--duration"],
    "--workload": ["--rate", "--isl", "--osl"], "--api": ["--api"], "--trace": ["--rate", "--isl", "--osl"],
}  # fmt: skip
ADDED = {
    "--speculative": ["--model", DRAFTING, "--gpu", "H200", "--tpot-p95", "0.02"],
    "--ep": ["--model", EXPERTS, "--gpu", "H100", "--tp", "2"], "--dp": ["--model", EXPERTS, "--gpu", "H100"],
    "--low-confidence": ["--gpu", "H100 SXM"], "--topology": ["--tp", "2"], "--link-gb-s": ["--tp", "2"],
    "--routing": ["--replicas", "3"], "--lose": ["--replicas", "2"],
    "--all-replicas": ["--replicas", "20", "--rate", "300"],
    "--max-usd-per-hour": ["--rate", "300"], "--max-gpus": ["--rate", "300"],
    "--term": ["--on-premises"], "--grid": ["--on-premises"], "--grid-g-per-kwh": ["--on-premises"],
}  # fmt: skip
# Values that matter to one command only.
OWN = {
    ("fit", "--max-num-batched-tokens"): ["32768"], ("simulate", "--memory-fraction"): ["0.4"],
    ("fit", "--ep"): ["2", "--tp", "2", "-m", EXPERTS], ("fit", "--dp"): ["2", "--ep", "2", "-m", EXPERTS],
    ("simulate", "--requests"): ["90", "--rate", "5"],
    ("tco", "--memory-fraction"): ["0.2"], ("tco", "--kv"): ["bf16"], ("tco", "--weights"): ["bf16"],
}  # fmt: skip
# Checked on their own below, or by the tests of what they read.
ELSEWHERE = {
    "--max-model-len", "--format", "--catalog", "--help", "--verify", "--current", "--limit", "--skip-bad",
    "--scale-delay", "--api-prices", "--scores", "--on", "--cv", "--max-loss", "--any-quality",
    "--from-command",  # test_launch_line.py
    "--log",  # test_start_log.py
    *(f"--{name.replace('_', '-')}" for name in OF_MEMORY.values()), "--lora",  # test_memory_options.py
    "--currency", "--rate-of-exchange", "--exchange-as-of",  # test_currency.py
    "--ctx-size", "--parallel", "--batch-size", "--ubatch-size", "--flash-attn", "--cache-type-k", "--cache-type-v",
    "--n-gpu-layers", "--n-cpu-moe", "--swa-full", "--kv-unified", "--no-kv-offload", "--host-memory-gb-s",  # of one
    # engine: test_ggml_options.py
    "--active-share", "--requests-per-user-hour", "--think-time",  # with --users: test_users.py
}  # fmt: skip


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = main(list(args))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Files that options name: by the word that stands for each in the tables above."""
    price = '[[price]]\nprovider = "x"\nmodel = "{}"\ninput = {}\noutput = 2\nbatch_input = 0.5\nbatch_output = 1\n'
    price += 'as_of = "2026-01-01"\nsource = "own"\n'
    texts = {
        "PRICES": price.format("y", 1) + price.format("z", 3),
        "WORKLOAD": f'model = "{SMALL}"\n[traffic]\nrate_per_s = 3\n[input_tokens]\nmean = 300\n'
        "[output_tokens]\nmean = 90\n[engine]\nmax_num_seqs = 8\n",
        "TRACE": "arrival_s,input_tokens,output_tokens\n" + "".join(f"{i},{100 + i},20\n" for i in range(40)),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    return {name: str(tmp_path / name) for name in texts}


def without(args: list[str], names: list[str]) -> list[str]:
    kept: list[str] = []
    at = 0
    while at < len(args):
        skipped = args[at] in names
        kept += [] if skipped else [args[at]]
        at += 2 if skipped else 1
    return kept


def answer(capsys: pytest.CaptureFixture[str], command: str, args: list[str], files: dict[str, str]) -> Any:
    """What the command answers without the assumptions and the question, in which every setting is told anyway."""
    code, out, err = run(capsys, command, *(files.get(arg, arg) for arg in args), "--format", "json")
    assert code in (0, 1), err
    data = json.loads(out)
    data.pop("assumptions", None)
    data.pop("request", None)
    return code, data


def listed(command: str) -> list[str]:
    found = cli.get_command(click.Context(cli), command)
    assert found is not None
    params = [p for p in found.params if isinstance(p, click.Option)]
    return [next(name for name in p.opts if name.startswith("--")) for p in params]


def left_out(command: str, name: str) -> bool:
    limit = name.startswith(("--ttft-", "--tpot-", "--e2e-"))
    handed = not TORTURE and (
        (command in ("tco", "quant") and name in HANDED_ON) or (command == "plan" and name in OF_AN_ENGINE)
    )
    # A pool of newer vLLM does not count the graphs of dense models, which is what `fit` is asked about.
    uncounted = (command, name) == ("fit", "--eager")
    return (
        uncounted
        or name in ELSEWHERE
        or handed
        or (limit and not TORTURE and command != "simulate" and name not in SOME_LIMITS)
    )


def before_and_after(command: str, name: str) -> tuple[list[str], list[str]]:
    """Two commands that differ by one option: without it (or with another value), and with its value of VALUES."""
    base, added = BASES[command], ADDED.get(name, [])
    if added and command != "fit":
        replaced = [arg for arg in added if arg.startswith("--")]
        base = [*without(base, [*replaced, *(["-g"] if "--gpu" in added else []), "-m"]), *(added or [])]
        base += [] if "--model" in added else ["-m", SMALL]
    kept = without(base, GONE.get(name, []))
    if name == "--workload" and command == "fit":
        kept = without(kept, ["-m"])
    one = command != "fit" and name in ("--gpu", "--weights", "--kv")
    if one:
        kept = without(kept, ["-g" if name == "--gpu" else name])
    return base, [*kept, name, *OWN.get((command, name), VALUES[name])]


@pytest.mark.parametrize("command", list(BASES))
def test_every_option_changes_the_answer(
    capsys: pytest.CaptureFixture[str], command: str, files: dict[str, str]
) -> None:
    dead, seen = [], {}
    for name in listed(command):
        if left_out(command, name):
            continue
        before, after = before_and_after(command, name)
        key = " ".join(before)
        if key not in seen:
            seen[key] = answer(capsys, command, before, files)
        if answer(capsys, command, after, files) == seen[key]:
            dead.append(name)
    assert not dead


@pytest.mark.parametrize("command", list(BASES))
def test_a_length_that_no_request_fits_names_flag_and_key(
    capsys: pytest.CaptureFixture[str], command: str, files: dict[str, str]
) -> None:
    more = ["--context", "900"] if command == "fit" else []
    args = [files.get(arg, arg) for arg in [*BASES[command], *more, "--max-model-len", "700"]]
    code, out, err = run(capsys, command, *args)
    assert (code, out) == (2, "")
    assert "--max-model-len (engine.max_model_len): 700" in err


def test_limits_on_loss_act_in_every_command_that_has_them(
    capsys: pytest.CaptureFixture[str], files: dict[str, str]
) -> None:
    """None at all leaves the checkpoint's own format; whatever it may be is never dearer."""
    for command in ("plan", "tco", "quant", "fit"):
        assert {"--max-loss", "--any-quality"} <= set(listed(command))
    none, usual, any_ = (
        answer(capsys, "plan", [*BASES["plan"], *more], files)[1]["cluster"]
        for more in (["--max-loss", "0"], [], ["--any-quality"])
    )
    assert (none["replica"]["weight_format"], none["quality"]["loss_pct"]) == ("bf16", 0.0)
    costs = [c["cost"]["usd_per_hour"] for c in (none, usual, any_)]
    assert costs == sorted(costs, reverse=True)
    every = without(BASES["tco"], ["--weights", "--kv"])
    hosted = [answer(capsys, "tco", [*every, *more], files) for more in (["--max-loss", "0"], [])]
    assert hosted[0] != hosted[1]
    rows = [answer(capsys, "quant", [*ONE, *LOAD, *SLA, "--max-loss", pct], files)[1]["rows"] for pct in ("0", "5")]
    assert [sum(row["quality"]["within_limit"] for row in found) for found in rows] == sorted(
        sum(row["quality"]["within_limit"] for row in found) for found in rows
    )
    short = ["-m", "meta-llama/Llama-3.3-70B-Instruct", "-g", "T4", "--weights", "fp16"]
    texts = [
        answer(capsys, "fit", [*short, *more], files)[1]["rows"][0]["change"]
        for more in (["--max-loss", "0"], [], ["--any-quality"])
    ]
    assert [text.count("loss") for text in texts] == sorted(text.count("loss") for text in texts)
    assert "loss" not in texts[0]
    assert "loss" in texts[1]
