"""Performance: percentiles with their intervals, what is left of each limit, spares, and what the simulation showed."""

from __future__ import annotations

from math import isfinite

from planner.answers import Plan
from planner.answers.parts import Percentiles
from planner.answers.simulation import SimulatedLatency, Simulation
from planner.document.answers import Answers
from planner.document.record import (
    Cell,
    ChartSeries,
    Fact,
    Facts,
    FigureTable,
    Mark,
    ReportBlock,
    ReportChart,
    Section,
    TableColumn,
)
from planner.document.sections.words import CLOSED_FORM, LATENCY, SIMULATED, STATED, limit_name
from planner.document.sources import Cited
from planner.plan.candidate import LoadCurve

PERCENTILES = ("mean", "p50", "p90", "p95", "p99")
INTERVAL = "factors of the 90 % interval, from predictions of runs that the fit had not seen (docs/method.md)"


def performance(a: Answers, cited: Cited) -> Section:
    """How fast the cluster is, how sure that is, and how far it is from its limits."""
    assert isinstance(a.plan, Plan)
    plan = a.plan
    blocks: list[ReportBlock] = [*_margins(plan), _capacity(plan), _latencies(plan)]
    if plan.verification is not None:
        blocks.append(_simulated(plan.verification))
    if a.details is not None:
        blocks.append(_curve(a.details.load, a.request.sla))
    return Section(key="performance", title="Performance", lead=f"{plan.binding_limit}.", blocks=blocks)


def _margins(plan: Plan) -> list[FigureTable]:
    if not plan.sla:
        return []
    columns = [
        TableColumn(key="limit", label="Limit"),
        TableColumn(key="limit_s", label="At most", unit="s", method=STATED),
        TableColumn(key="predicted_s", label="Predicted", unit="s", method=f"{CLOSED_FORM}, at the confidence asked"),
        TableColumn(key="simulated_s", label="Simulated", unit="s", method=f"{SIMULATED}, at the confidence asked"),
        TableColumn(key="headroom", label="Headroom", unit="share",
                    method="1 - figure / limit; the simulated figure where there is one, else the predicted"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [limit_name(m.key), m.limit_s, m.predicted_s, m.simulated_s, m.headroom_share] for m in plan.sla
    ]
    return [FigureTable(key="performance.sla", title="Limits and headroom", columns=columns, rows=rows)]


def _capacity(plan: Plan) -> Facts:
    c = plan.cluster
    return Facts(
        key="performance.capacity", title="Capacity and spares",
        figures=[
            Fact(key="performance.breaks_at_per_s", label="Rate at which a limit breaks",
                 value=c.sla_breaks_at_rate_per_s, unit="requests/s",
                 method=SIMULATED if c.sla_breaks_by == "simulation" else CLOSED_FORM),
            Fact(key="performance.utilization", label="Asked rate of the busiest hour over that rate",
                 value=c.utilization, unit="share", formula="use_case.peak_per_s / performance.breaks_at_per_s"),
            Fact(key="performance.replicas", label="Replicas", value=c.replicas, unit="replicas",
                 method="the fewest that hold every limit, and the spares"),
            Fact(key="performance.spare_replicas", label="Of them spares (N+k)", value=c.spare_replicas,
                 unit="replicas", method=STATED),
            Fact(key="performance.confidence", label="Share of such deployments that are at least as fast",
                 value=plan.confidence, unit="share", method=STATED),
        ],
    )  # fmt: skip


def _latencies(plan: Plan) -> FigureTable:
    """Both of the closed form and of the simulation, one below the other."""
    told = plan.cluster.latency
    columns = [
        TableColumn(key="latency", label="Latency"), TableColumn(key="figures", label="Figures"),
        *(TableColumn(key=p, label=p, unit="s", method=f"{CLOSED_FORM}; {SIMULATED}") for p in PERCENTILES),
        TableColumn(key="low", label="Low", unit="factor", method=INTERVAL),
        TableColumn(key="high", label="High", unit="factor", method=INTERVAL),
        TableColumn(key="basis", label="Basis"),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for metric, label in LATENCY.items():
        found: Percentiles = getattr(told, f"{metric}_s")
        rows.append([label, "predicted, central", *_figures(found), found.low, found.high, found.basis])
        if plan.verification is not None:
            run: SimulatedLatency = getattr(plan.verification, f"{metric}_s")
            rows.append([label, f"simulated at {100 * plan.confidence:g} %", *_figures(run), None, None, None])
    note = (
        "Predicted figures are central: half of such deployments are faster. Low and high are factors on every figure "
        "of the row; basis says whether this model on this GPU was measured, others of its kind were, or neither."
    )
    return FigureTable(key="performance.latency", title="Latency", columns=columns, rows=rows, note=note)


def _figures(found: Percentiles | SimulatedLatency) -> list[Cell]:
    values = [getattr(found, name) for name in PERCENTILES]
    return [value if isfinite(value) else None for value in values]


def _simulated(run: Simulation) -> Facts:
    figures = [
        Fact(key=f"performance.simulated_{key}", label=label, value=value, unit=unit, method=SIMULATED)
        for key, label, value, unit in (
            ("requests", "Requests run", run.requests, "requests"),
            ("served", "Of them served", run.served, "requests"),
            ("unfinished", "Not finished", run.unfinished, "requests"),
            ("preemptions", "Preemptions", run.preemptions, ""),
            ("seconds", "Simulated time", run.seconds, "s"),
            ("output_tokens_per_s", "Output tokens a second", run.output_tokens_per_s, "tokens/s"),
            ("device_factor", "Device times were multiplied by", run.device_time_factor, "factor"),
            ("first_token_factor", "First tokens were, on top of that", run.first_token_factor, "factor"),
        )
    ]
    grew = "the waits did not grow" if run.sustained else run.growth_text
    return Facts(
        key="performance.simulation", title="What the simulation showed", figures=figures,
        note=f"{run.what}; traffic {run.traffic}; {grew}.",
    )  # fmt: skip


def _curve(load: LoadCurve, sla: dict[str, float]) -> ReportChart:
    marks = [Mark(label="asked", axis="x", value=load.asked_per_s)]
    if isfinite(load.breaks_at):
        marks.append(Mark(label="breaks", axis="x", value=load.breaks_at))
    marks += [
        Mark(label=f"limit {key.removesuffix('_s').replace('_', ' ').upper()}", axis="y", value=value)
        for key, value in sla.items() if key in ("ttft_p95_s", "tpot_p95_s")
    ]  # fmt: skip
    rates = list(load.rate_per_s)
    first, token = (_whole(values) for values in (load.ttft_p95_s, load.tpot_p95_s))
    return ReportChart(
        key="performance.curve", title="Latency as the load grows", shape="lines", x_label="requests a second",
        y_label="p95 [s]", log_y=True,
        series=[ChartSeries(name="TTFT p95", x=rates, y=first), ChartSeries(name="TPOT p95", x=rates, y=token)],
        marks=marks,
        alt=f"p95 of TTFT and TPOT over the request rate. TTFT rises from {first[0] or 0:.3g} s; at "
            f"{load.asked_per_s:.3g} requests a second, the rate asked, it has not reached the rate of "
            f"{load.breaks_at:.3g} at which a limit breaks.",
        method=f"{CLOSED_FORM}, central prediction",
    )  # fmt: skip


def _whole(values: tuple[float, ...]) -> list[float | None]:
    return [value if isfinite(value) else None for value in values]
