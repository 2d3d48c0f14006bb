"""Which limit breaks first as the rate grows: of the simulation that breaks, not of the closed form."""

from __future__ import annotations

from math import sqrt

from planner.answers import Cluster, SlaCheck
from planner.errors import TrafficError
from planner.plan.checks import BREAK_REQUESTS, BREAK_STEP, Checker
from planner.simulation.work import TooLongError


def first_limit(cluster: Cluster, checker: Checker) -> str:
    """The limit that most requests miss in the run just beyond the rate that breaks; empty where that rate is not of
    simulations, where the run beyond is too long, and where it breaks nothing."""
    if cluster.sla_breaks_by != "simulation":
        return ""
    breaks_at = cluster.sla_breaks_at_rate_per_s
    try:
        run = checker.run(cluster, rate_per_s=breaks_at * sqrt(BREAK_STEP), requests=BREAK_REQUESTS, seed=checker.seed)
    except (TrafficError, TooLongError):
        return ""
    broken = [check for check in run.sla if not check.holds]
    if not broken:
        return ""
    worst = max(broken, key=_excess)
    return f"{worst.key} ({worst.limit_s:g} s) breaks first, at {breaks_at:.3g} requests a second"


def _excess(check: SlaCheck) -> float:
    """How many times as many requests miss a limit as may; of a mean, how many times it is the limit."""
    if check.key.endswith("_mean_s"):
        return check.value_s / check.limit_s
    return check.missed_share / max(check.allowed_share, 1e-9)
