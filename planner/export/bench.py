"""The requests that check a plan once it runs: one that shows that it answers, and benchmarks at the plan's load."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt

from planner.errors import InputError, unknown
from planner.export.launch import Launch
from planner.export.line import Variable, flags, shell
from planner.export.rule import DEVIATIONS, STRETCHED, SUSTAINED_SAID, rule
from planner.export.said import said
from planner.export.text import comments
from planner.request.request import Request
from planner.words import counted, plain

TOOLS = ("vllm", "sglang", "guidellm", "aiperf")
RESULTS = {
    "vllm": "bench-vllm.json", "sglang": "bench-sglang.jsonl", "guidellm": "bench-guidellm.json",
    "aiperf": "bench-aiperf/profile_export_aiperf.json",
}  # fmt: skip
# Requests beyond a percentile that make it a figure rather than chance.
BEYOND, LEAST, MOST = 20, 200, 50_000
# A run lasts for so long where the percentile asks for no more [s], and for so many of the slowest answers that keep
# the limits: what the rate loses to the last answers stays a small share.
LASTS_S, ANSWERS = 600.0, 10.0
URL = Variable("URL")
# Spread of a uniform distribution over its half-width.
UNIFORM = sqrt(3.0)
# Shape of gaps that are all alike.
EVEN = 1000.0


@dataclass(frozen=True, slots=True)
class BenchLoad:
    """What is sent: requests a second, how many in all, mean tokens in and out with their coefficients of variation,
    that of the gaps, and the share of input tokens that requests have in common."""

    rate_per_s: float
    requests: int
    isl: int
    osl: int
    isl_cv: float
    osl_cv: float
    gaps_cv: float
    shared: float


def load_of(request: Request) -> BenchLoad:
    """The load of the busiest hour, for long enough to tell the percentiles of the SLA."""
    shares = [float(key.split("_")[1][1:]) / 100.0 for key in request.sla if not key.endswith("mean_s")]
    rate = request.traffic.peak_per_s
    needed = max([LEAST, rate * lasts_s(request), *(BEYOND / (1.0 - share) for share in shares)])
    return BenchLoad(
        rate_per_s=rate, requests=min(MOST, ceil(needed - 1e-9)), isl=round(request.input_tokens.average),
        osl=max(1, round(request.output_tokens.average)), isl_cv=_spread(request.input_tokens),
        osl_cv=_spread(request.output_tokens), gaps_cv=request.traffic.cv, shared=request.traffic.prefix_hit,
    )  # fmt: skip


def lasts_s(request: Request) -> float:
    """How long requests are sent at least [s]; an answer that keeps the limits is as slow as those of whole answers, or
    of the first token and of each token, allow."""
    limits = {metric: max((v for k, v in request.sla.items() if k.startswith(metric)), default=0.0)
              for metric in ("e2e", "ttft", "tpot")}  # fmt: skip
    slowest = limits["e2e"] or limits["ttft"] + limits["tpot"] * request.output_tokens.average
    return float(max(LASTS_S, ceil(ANSWERS * slowest)))


def bench(launch: Launch, request: Request, tools: Sequence[str] = TOOLS) -> str:
    """A shell script: the smoke request, then each tool's benchmark with the rule that its result must keep.

    Variables: URL of what answers (default: this machine). Raises InputError for an unknown tool.
    """
    for tool in tools:
        if tool not in TOOLS:
            raise InputError(f"--tool: {unknown(tool, TOOLS)}")
    load = load_of(request)
    lines = ["#!/bin/sh", *comments([*_said(launch, request, load)]), "set -eu"]
    lines += [f': "${{URL:=http://localhost:{launch.port}}}"', "export URL", "failed=0", "", *smoke(launch)]
    for tool in tools:
        program = rule(tool, request.sla, load.rate_per_s, load.gaps_cv if tool == "aiperf" else 1.0)
        made = benchmark(launch.model, load, tool, launch.checkpoint.tokenizer)
        lines += ["", *comments([f"{tool}:"]), made]
        lines += _program(f"python3 - {RESULTS[tool]}", program, " || failed=1")
    return "\n".join([*lines, "", 'exit "$failed"', ""])


def benchmark(model: str, load: BenchLoad, tool: str = "vllm", tokenizer: str | None = None) -> str:
    """One line: the benchmark of a tool against `$URL`; tokenizer: of the model where that is not named so."""
    made = {"vllm": _vllm, "sglang": _sglang, "guidellm": _guidellm, "aiperf": _aiperf}[tool]
    return shell(made(model, tokenizer or model, load))


def passes(request: Request) -> str:
    """When a run has passed, in words."""
    limits = ", ".join(f"{key} {plain(value)}" for key, value in request.sla.items()) or "none beside the rate"
    return f"no request fails, {SUSTAINED_SAID}, and every limit holds: {limits}"


def smoke(launch: Launch) -> list[str]:
    """One request, by curl and by Python's standard library."""
    body = json.dumps({"model": launch.model, "prompt": "The capital of France is", "max_tokens": 8, "temperature": 0})
    program = f"""import json, os, urllib.request
body = {json.dumps(body)}
url, kind = os.environ["URL"] + "/v1/completions", {{"Content-Type": "application/json"}}
asked = urllib.request.Request(url, body.encode(), kind)
with urllib.request.urlopen(asked, timeout=120) as answer:
    print(json.load(answer)["choices"][0]["text"])
"""
    curl = ["curl", "-fsS", Variable("URL"), "-H", "Content-Type: application/json", "-d", body]
    return [
        *comments(["one request, by curl and by Python:"]),
        shell(curl).replace('"$URL"', '"$URL/v1/completions"', 1), "echo", *_program("python3 -", program),
    ]  # fmt: skip


def _program(command: str, program: str, after: str = "") -> list[str]:
    """A program on standard input; the mark that ends it stands on no line of its own in it."""
    return [f"{command} <<'GPUPLAN_END'{after}", program.rstrip("\n"), "GPUPLAN_END"]


def _spread(length: object) -> float:
    from planner.request.lengths import Length

    assert isinstance(length, Length)
    if not length.quantiles:
        return length.spread
    q, mean = length.quantiles, length.average
    return sqrt(sum((x - mean) ** 2 for x in q) / len(q)) / mean


def _vllm(model: str, tokenizer: str, load: BenchLoad) -> list[str]:
    common = round(load.shared * load.isl)
    spread = min(0.99, UNIFORM * max(load.isl_cv, load.osl_cv))
    even = load.gaps_cv * load.gaps_cv < 1.0 / EVEN
    return ["vllm", "bench", "serve", *flags({
        "--backend": "openai", "--endpoint": "/v1/completions", "--base-url": URL, "--model": model,
        "--tokenizer": tokenizer, "--dataset-name": "random", "--random-prefix-len": common or None,
        "--random-input-len": max(1, load.isl - common), "--random-output-len": load.osl,
        "--random-range-ratio": f"{spread:.3g}", "--request-rate": plain(load.rate_per_s),
        "--burstiness": plain(EVEN if even else load.gaps_cv**-2), "--num-prompts": load.requests, "--ignore-eos": True,
        "--percentile-metrics": "ttft,tpot,itl,e2el", "--metric-percentiles": "50,90,95,99", "--seed": 0,
        "--save-result": True, "--result-filename": RESULTS["vllm"],
    })]  # fmt: skip


def _sglang(model: str, tokenizer: str, load: BenchLoad) -> list[str]:
    """Its lengths are uniform from a share of the longest to the longest."""
    low = max(0.0, 1.0 - UNIFORM * load.isl_cv) / (1.0 + UNIFORM * load.isl_cv)
    longest = 2.0 / (1.0 + low)
    return ["python3", "-m", "sglang.bench_serving", *flags({
        "--backend": "sglang-oai", "--base-url": URL, "--model": model, "--tokenizer": tokenizer,
        "--dataset-name": "random", "--random-input-len": round(load.isl * longest),
        "--random-output-len": max(1, round(load.osl * longest)), "--random-range-ratio": f"{low:.3g}",
        "--request-rate": plain(load.rate_per_s), "--num-prompts": load.requests, "--seed": 1, "--output-details": True,
        "--output-file": RESULTS["sglang"],
    })]  # fmt: skip


def _guidellm(model: str, tokenizer: str, load: BenchLoad) -> list[str]:
    data = {
        "prompt_tokens": load.isl, "prompt_tokens_stdev": round(load.isl * load.isl_cv), "output_tokens": load.osl,
        "output_tokens_stdev": round(load.osl * load.osl_cv),
    }  # fmt: skip
    return ["guidellm", "benchmark", *flags({
        "--target": URL, "--model": model, "--processor": tokenizer, "--rate-type": "poisson",
        "--rate": plain(load.rate_per_s), "--max-requests": load.requests, "--data": json.dumps(data),
        "--output-path": RESULTS["guidellm"],
    })]  # fmt: skip


def _aiperf(model: str, tokenizer: str, load: BenchLoad) -> list[str]:
    poisson = load.gaps_cv == 1.0
    return ["aiperf", "profile", *flags({
        "--model": model, "--tokenizer": tokenizer, "--url": URL, "--endpoint-type": "completions",
        "--streaming": True, "--synthetic-input-tokens-mean": load.isl,
        "--synthetic-input-tokens-stddev": round(load.isl * load.isl_cv), "--output-tokens-mean": load.osl,
        "--output-tokens-stddev": round(load.osl * load.osl_cv), "--extra-inputs": "ignore_eos:true",
        "--request-rate": plain(load.rate_per_s), "--arrival-pattern": "poisson" if poisson else "gamma",
        "--arrival-smoothness": None if poisson else plain(EVEN if load.gaps_cv**2 < 1.0 / EVEN else load.gaps_cv**-2),
        "--request-count": load.requests, "--random-seed": 0, "--artifact-dir": "bench-aiperf",
    })]  # fmt: skip


def _said(launch: Launch, request: Request, load: BenchLoad) -> list[str]:
    """The load, what the tools cannot send of it, and when a plan has passed."""
    lines = [
        *said(launch)[:4],
        f"load: {plain(load.rate_per_s)} requests a second over all {counted(launch.replicas, 'replica')}, at URL; "
        f"{counted(load.requests, 'request')}, {load.requests / load.rate_per_s:.0f} s",
        f"lengths: mean {load.isl} in (CV {load.isl_cv:.2f}), {load.osl} out (CV {load.osl_cv:.2f}); "
        f"gaps: CV {load.gaps_cv:g}",
        f"passed: {passes(request)}",
        "each result is checked by the lines after its benchmark; the script exits with 1 where one has not passed",
        "vllm and sglang draw uniform lengths, their spread as near as they go; sglang and guidellm send Poisson gaps",
        f"gaps of other tools than {' and '.join(STRETCHED)} add up to more or less by chance: the rate may be lower "
        f"by {DEVIATIONS:g} standard deviations of it",
    ]
    if load.shared:
        lines.append(f"{load.shared:.0%} of the input is common to all requests, under vllm only")
    if request.traffic.levels:
        lines.append("the plan's rate varies over time, which no tool sends: `gpuplan simulate` does")
    return lines
