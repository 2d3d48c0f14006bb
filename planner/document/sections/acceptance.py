"""The acceptance test: how a replica is started, the benchmark that is run, and the limits that pass."""

from __future__ import annotations

from math import ceil

from planner.answers import Plan
from planner.deployment.started import launch_of_plan
from planner.document.answers import Answers
from planner.document.record import Cell, Fact, Facts, FigureTable, ReportBlock, Section, TableColumn, TextBlock
from planner.document.sections.words import limit_name
from planner.document.sources import Cited
from planner.errors import InputError
from planner.export.acceptance import benchmark_line
from planner.export.bench import BEYOND, LEAST, MOST, benchmark, lasts_s, load_of
from planner.export.commands import launch_lines
from planner.export.rule import SUSTAINED_SAID
from planner.request.request import Request, sla_key

URL = "export URL=http://localhost:8000  # the address that spreads requests over all replicas"


def acceptance(a: Answers, cited: Cited) -> Section:
    """Commands to copy and a table to sign."""
    assert isinstance(a.plan, Plan)
    request = a.request
    try:
        launch = launch_of_plan(a.plan)
    except InputError as error:
        start, tokenizer = [f"# {error}"], None
    else:
        start, tokenizer = launch_lines(launch), launch.checkpoint.tokenizer
    blocks: list[ReportBlock] = [
        TextBlock(key="acceptance.start", title="Start a replica", style="code", items=start),
        TextBlock(key="acceptance.bench", title="Run the benchmark", style="code",
              items=bench_command(a.plan.cluster.replica.model, request, tokenizer)),
        _settings(request),
        *_limits(a.plan),
    ]  # fmt: skip
    lead = (
        "Run against the address that spreads requests over all replicas, at the rate of the busiest hour. It passes "
        f"where no request fails, every limit holds, and {SUSTAINED_SAID}; benchmarks count the time of the last "
        "answers in their duration, and it is taken out. `gpuplan bench` writes "
        "the same run with a program that judges its result."
    )
    return Section(key="acceptance", title="Acceptance test", lead=lead, blocks=blocks)


def bench_command(model: str, request: Request, tokenizer: str | None = None) -> list[str]:
    """The run of `gpuplan bench` by vLLM's benchmark; tokenizer: of a model that is not named so."""
    return [URL, benchmark(model, load_of(request), tokenizer=tokenizer)]


def _settings(request: Request) -> Facts:
    rounded = f"ROUNDUP({lasts_s(request):.0f} * acceptance.rate_per_s, 0)"
    return Facts(
        key="acceptance.settings",
        figures=[
            Fact(key="acceptance.rate_per_s", label="Request rate", value=request.traffic.peak_per_s,
                 unit="requests/s", formula="use_case.peak_per_s"),
            Fact(key="acceptance.prompts", label="Requests", value=load_of(request).requests, unit="requests",
                 formula=f"MIN({MOST}, MAX({_for_percentiles(request)}, {rounded}))"),
        ],
        note="Random prompts have uniform lengths: where lengths vary as much as stated, replay a trace of your own "
             "(`gpuplan simulate` reads it, too), which is harder on the percentiles.",
    )  # fmt: skip


def _for_percentiles(request: Request) -> int:
    """Requests that make the highest percentile of the limits a figure."""
    shares = [sla_key(key)[1] for key in request.sla]
    needed = [BEYOND / (1.0 - float(share[1:]) / 100.0) for share in shares if share != "mean"]
    return max([LEAST, *(ceil(each - 1e-9) for each in needed)])


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
