"""The acceptance test: how a replica is started, the benchmark that is run, and the limits that pass."""

from __future__ import annotations

import shlex
from math import ceil

from planner.answers import Plan
from planner.document.answers import Answers
from planner.document.record import Block, Cell, Column, Facts, Figure, Section, Table, Texts
from planner.document.sections.words import limit_name
from planner.document.sources import Cited
from planner.export.commands import deploy_command
from planner.request.request import Request, sla_key

# A run lasts so long at the rate asked [s], and sends no fewer requests: a p99 of fewer says little.
LASTS_S, LEAST = 600, 1000
# What `vllm bench serve` calls a metric; e2e is E2EL there.
NAMED = {"ttft": "TTFT", "tpot": "TPOT", "e2e": "E2EL"}


def acceptance(a: Answers, cited: Cited) -> Section:
    """Commands to copy and a table to sign."""
    assert isinstance(a.plan, Plan)
    c, request = a.plan.cluster, a.request
    blocks: list[Block] = [
        Texts(key="acceptance.start", title="Start a replica", style="code", items=deploy_command(c)),
        Texts(key="acceptance.bench", title="Run the benchmark", style="code",
              items=bench_command(c.replica.model, request)),
        _settings(request),
        *_limits(a.plan),
    ]  # fmt: skip
    lead = (
        "Run against the address that spreads requests over all replicas, at the rate of the busiest hour. It passes "
        "where every limit holds and no request fails."
    )
    return Section(key="acceptance", title="Acceptance test", lead=lead, blocks=blocks)


def bench_command(model: str, request: Request) -> list[str]:
    """One line: the open-loop benchmark of vLLM at the peak rate, with random prompts of the mean lengths.

    Source: `vllm bench serve` of vLLM 0.10 and later. Arrivals burstier than Poisson are asked for by `--burstiness`,
    which is the shape of gamma-distributed gaps: 1 / CV^2.
    """
    rate = request.traffic.peak_per_s
    words = [
        "vllm", "bench", "serve", "--model", model, "--dataset-name", "random",
        "--random-input-len", f"{request.input_tokens.average:.0f}",
        "--random-output-len", f"{request.output_tokens.average:.0f}", "--ignore-eos",
        "--request-rate", f"{rate:g}", "--num-prompts", str(prompts(request)), "--seed", "0",
        "--percentile-metrics", "ttft,tpot,e2el", "--metric-percentiles", "50,90,95,99",
    ]  # fmt: skip
    if request.traffic.cv not in (0.0, 1.0):
        words += ["--burstiness", f"{1.0 / request.traffic.cv**2:.4g}"]
    return [shlex.join(words)]


def prompts(request: Request) -> int:
    """Requests of the run."""
    return max(LEAST, ceil(LASTS_S * request.traffic.peak_per_s))


def _settings(request: Request) -> Facts:
    return Facts(
        key="acceptance.settings",
        figures=[
            Figure(key="acceptance.rate_per_s", label="Request rate", value=request.traffic.peak_per_s,
                   unit="requests/s", formula="use_case.peak_per_s"),
            Figure(key="acceptance.prompts", label="Requests", value=prompts(request), unit="requests",
                   formula=f"MAX({LEAST}, ROUNDUP({LASTS_S} * acceptance.rate_per_s, 0))"),
        ],
        note="Random prompts have one length: where lengths vary as much as stated, replay a trace of your own "
             "(`gpuplan simulate` reads it, too), which is harder on the percentiles.",
    )  # fmt: skip


def _limits(plan: Plan) -> list[Table]:
    if not plan.sla:
        return []
    columns = [
        Column(key="metric", label="Limit"), Column(key="line", label="Line of the benchmark"),
        Column(key="limit_ms", label="Passes at or below", unit="ms", method="limit of the SLA, as stated"),
        Column(key="expected_ms", label="Expected", unit="ms",
               method="simulated at the confidence asked, else predicted at it"),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for m in plan.sla:
        metric, percentile = sla_key(m.key)
        expected = m.predicted_s if m.simulated_s is None else m.simulated_s
        line = f"{'Mean' if percentile == 'mean' else percentile.upper()} {NAMED[metric]} (ms)"
        rows.append([limit_name(m.key), line, m.limit_s * 1e3, None if expected is None else expected * 1e3])
    return [Table(key="acceptance.limits", title="Limits that pass", columns=columns, rows=rows)]
