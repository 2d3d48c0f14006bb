"""The acceptance test: how a replica is started, the benchmark that is run, and the limits that pass."""

from __future__ import annotations

from math import ceil

from planner.answers import Plan
from planner.document.answers import Answers
from planner.document.record import Cell, Fact, Facts, FigureTable, ReportBlock, Section, TableColumn, TextBlock
from planner.document.sections.words import limit_name
from planner.document.sources import Cited
from planner.export.acceptance import benchmark_command, benchmark_line
from planner.export.commands import deploy_command
from planner.request.request import Request, sla_key

# A run lasts so long at the rate asked [s], and sends no fewer requests: a p99 of fewer says little.
LASTS_S, LEAST = 600, 1000


def acceptance(a: Answers, cited: Cited) -> Section:
    """Commands to copy and a table to sign."""
    assert isinstance(a.plan, Plan)
    c, request = a.plan.cluster, a.request
    blocks: list[ReportBlock] = [
        TextBlock(key="acceptance.start", title="Start a replica", style="code", items=deploy_command(c)),
        TextBlock(key="acceptance.bench", title="Run the benchmark", style="code",
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
    """The line of the benchmark at the peak rate, with random prompts of the mean lengths."""
    traffic = request.traffic
    return [
        benchmark_command(
            model, input_tokens=request.input_tokens.average, output_tokens=request.output_tokens.average,
            rate_per_s=traffic.peak_per_s, prompts=prompts(request), arrival_cv=traffic.cv,
        )
    ]  # fmt: skip


def prompts(request: Request) -> int:
    """Requests of the run."""
    return max(LEAST, ceil(LASTS_S * request.traffic.peak_per_s))


def _settings(request: Request) -> Facts:
    return Facts(
        key="acceptance.settings",
        figures=[
            Fact(key="acceptance.rate_per_s", label="Request rate", value=request.traffic.peak_per_s,
                 unit="requests/s", formula="use_case.peak_per_s"),
            Fact(key="acceptance.prompts", label="Requests", value=prompts(request), unit="requests",
                 formula=f"MAX({LEAST}, ROUNDUP({LASTS_S} * acceptance.rate_per_s, 0))"),
        ],
        note="Random prompts have one length: where lengths vary as much as stated, replay a trace of your own "
             "(`gpuplan simulate` reads it, too), which is harder on the percentiles.",
    )  # fmt: skip


def _limits(plan: Plan) -> list[FigureTable]:
    if not plan.sla:
        return []
    columns = [
        TableColumn(key="metric", label="Limit"), TableColumn(key="line", label="Line of the benchmark"),
        TableColumn(key="limit_ms", label="Passes at or below", unit="ms", method="limit of the SLA, as stated"),
        TableColumn(key="expected_ms", label="Expected", unit="ms",
                    method="simulated at the confidence asked, else predicted at it"),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for m in plan.sla:
        metric, percentile = sla_key(m.key)
        expected = m.predicted_s if m.simulated_s is None else m.simulated_s
        line = benchmark_line(metric, percentile)
        rows.append([limit_name(m.key), line, m.limit_s * 1e3, None if expected is None else expected * 1e3])
    return [FigureTable(key="acceptance.limits", title="Limits that pass", columns=columns, rows=rows)]
