"""A simulation as tables."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite

from planner.answers import Simulation
from planner.answers.simulation import NEVER
from planner.report.table import Cell, Table
from planner.words import counted


def simulation_tables(s: Simulation) -> list[Table]:
    named: list[list[Cell]] = [[f"  {why}", count] for why, count in s.named.items()]
    counts: list[list[Cell]] = [
        ["rows", s.rows], *named, ["requests", s.requests],
        ["served", s.served], ["refused, too long", s.refused_too_long], ["unfinished", s.unfinished],
        ["cut to the context", s.cut_to_context],
        ["preemptions", s.preemptions], ["sent again", s.sent_again],
        ["prefix tokens reused", s.prefix_tokens_reused],
    ]  # fmt: skip
    waits = s.growth_text
    notes = [
        f"the rate is sustained; {waits}" if s.sustained else f"the rate is not sustained: over the run {waits}",
        f"{s.traffic}; {s.seconds:.0f} s simulated, {s.requests_per_s:.3g} requests and "
        f"{s.output_tokens_per_s:,.0f} output tokens a second",
        f"{counted(s.replicas, 'replica')} (at most {s.replicas_most}), {s.routing.replace('_', ' ')}, "
        f"{s.busy_share:.0%} of their time in steps, "
        f"{s.replica_hours:.2f} replica-hours",
        *sampled_texts(s),
        f"device times x {s.device_time_factor:.2f}; they lie within {s.step_time_interval[0]:.2f} to "
        f"{s.step_time_interval[1]:.2f} of the prediction (90 %)",
        *(f"assumed: {text}" for text in s.assumptions),
    ]
    latency = latency_table(s)
    named_latency = replace(latency, title=f"{s.what}: {latency.title[0].lower()}{latency.title[1:]}")
    return [named_latency, Table("Requests", ("count", "number"), counts, notes), *sla_tables(s)]


def sampled_texts(s: Simulation) -> list[str]:
    """That a sample of the replicas was simulated; nothing where all were."""
    some = s.replicas_simulated
    return [] if some is None else [f"{some} of the replicas were simulated, with their share of the requests"]


def latency_table(s: Simulation, confidence: float | None = None) -> Table:
    """`confidence`: that the device times of the run stand for."""
    columns = ("mean", "p50", "p90", "p95", "p99")
    rows: list[list[Cell]] = [
        [name, *(round(value, 5) if isfinite(value := getattr(part, key)) else "-" for key in columns)]
        for name, part in (("ttft_s", s.ttft_s), ("tpot_s", s.tpot_s), ("e2e_s", s.e2e_s), ("itl_s", s.itl_s))
    ]
    slow = "" if s.device_time_factor == 1.0 else f" on device times x {s.device_time_factor:.2f}"
    slow += "" if s.first_token_factor == 1.0 else f", first tokens x {s.first_token_factor:.2f} more"
    slow += "" if confidence is None else f", at {confidence:.0%} confidence"
    notes = [f"of the {counted(s.served, 'request')} that ended, of {s.requests:,}"] if s.served < s.requests else []
    return Table(f"Latency, simulated{slow}", ("figure", *columns), rows, notes)


def sla_tables(s: Simulation) -> list[Table]:
    if not s.sla:
        return []
    rows: list[list[Cell]] = [
        [check.key, check.limit_s, round(check.value_s, 5) if isfinite(check.value_s) else NEVER,
         "holds" if check.holds else "breaks"]
        for check in s.sla
    ]  # fmt: skip
    lost = s.requests - s.served
    notes = [f"{counted(lost, 'request')} without an answer are beyond every limit: {lost / s.requests:.2%} of all"]
    return [Table("SLA", ("limit", "seconds", "simulated", "verdict"), rows, notes if lost else [])]
