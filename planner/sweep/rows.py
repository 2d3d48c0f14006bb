"""One scenario as one row: the plan's figures, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import isfinite
from typing import TYPE_CHECKING, Any

from planner.errors import PlannerError
from planner.plan.choice import clusters, winner
from planner.plan.context import Context
from planner.plan.explore import Explored, explore
from planner.plan.lengths import as_served
from planner.plan.verified import verified
from planner.request.reading import merge, parse_request
from planner.sweep.grid import nested

if TYPE_CHECKING:
    from planner.answers import Cluster, Infeasible, Plan

FIGURES = (
    "status", "model", "gpu", "gpus", "replicas", "split", "weights", "kv", "engine", "machine", "machines", "provider",
    "region", "commitment", "usd_per_hour", "usd_per_month", "usd_per_million_input_tokens",
    "usd_per_million_output_tokens", "ttft_p95_s", "tpot_p95_s", "e2e_p95_s", "sla_breaks_at_rate_per_s", "utilization",
    "power_kw", "quality_loss_pct", "basis", "price_as_of", "verified", "reason", "error",
)  # fmt: skip
SweepRow = dict[str, Any]


def answer_of(
    base: Mapping[str, Any], scenario: Mapping[str, Any], context: Context, day: date, *, simulate: bool
) -> SweepRow:
    """The figures of one scenario; an input that cannot be is a row with its error.

    simulate: check the winner by simulation, as `plan` does; else its figures are the closed form's.
    """
    out: SweepRow = dict.fromkeys(FIGURES) | {"model": scenario.get("model")}
    try:
        request = parse_request(merge(base, nested(scenario))).on(day)
        request = as_served(request, context.catalogs)
        explored = explore(request, context) if simulate else explore(request, context, best=1, front=False)
        found = _simulated(explored, context) if simulate else _closed_form(explored)
        return out | {name: value if _is_one(value) else None for name, value in found.items()}
    except PlannerError as error:
        return out | {"status": "error", "error": str(error)}


def _is_one(value: Any) -> bool:
    """Whether a figure is there: NaN is none, and what has no end is no number."""
    return not isinstance(value, float) or isfinite(value)


def _closed_form(explored: Explored) -> SweepRow:
    if explored.found is None or not explored.feasible:
        return _none(explored, explored.answer) | {"verified": "closed form"}
    best = winner(explored.found)
    (cluster,) = clusters(explored.stated, explored.found, explored.market, [best], explored.coefficients)
    return _row(cluster) | {"verified": "closed form"}


def _simulated(explored: Explored, context: Context) -> SweepRow:
    answer = verified(explored, context).answer
    if answer.status == "infeasible":
        return _none(explored, answer)
    return _row(answer.cluster) | {"verified": "simulated" if answer.verification is not None else "closed form"}


def _none(explored: Explored, answer: Plan | Infeasible) -> SweepRow:
    assert answer.status == "infeasible"
    return {"status": "infeasible", "model": explored.checkpoint, "reason": answer.binding_limit}


def _row(c: Cluster) -> SweepRow:
    machine, replica, cost = c.machine, c.replica, c.cost
    return {
        "status": "feasible", "model": replica.model, "gpu": machine.gpu, "gpus": c.gpus, "replicas": c.replicas,
        "split": replica.split_text, "weights": replica.weight_format, "kv": replica.kv_format,
        "engine": replica.engine, "machine": machine.instance_type, "machines": machine.count,
        "provider": machine.provider, "region": machine.region, "commitment": machine.commitment,
        "usd_per_hour": cost.usd_per_hour, "usd_per_month": cost.usd_per_month,
        "usd_per_million_input_tokens": cost.usd_per_million_input_tokens,
        "usd_per_million_output_tokens": cost.usd_per_million_output_tokens,
        "ttft_p95_s": c.latency.ttft_s.p95, "tpot_p95_s": c.latency.tpot_s.p95, "e2e_p95_s": c.latency.e2e_s.p95,
        "sla_breaks_at_rate_per_s": c.sla_breaks_at_rate_per_s, "utilization": c.utilization, "power_kw": c.power_kw,
        "quality_loss_pct": c.quality.loss_pct if c.quality is not None else None,
        "basis": c.latency.tpot_s.basis, "price_as_of": machine.price_as_of,
    }  # fmt: skip
