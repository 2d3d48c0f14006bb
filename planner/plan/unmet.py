"""The answer where no plan holds in its simulation: which limit a run broke, or which reserve it left too little of."""

from __future__ import annotations

from planner.answers import Infeasible, Plan, Simulation, SlaCheck
from planner.plan.checks import LIMIT_SHARE, Checker, within
from planner.plan.explore import Explored
from planner.version import __version__


def unmet(explored: Explored, run: Simulation, checker: Checker) -> Infeasible:
    """Where no plan that was tried holds in its simulation: the first of them, and what it broke."""
    found = explored.answer
    assert isinstance(found, Plan)
    broken = [reason(check, checker) for check in run.sla if not checker.keeps(check)]
    if not run.sustained:
        broken = [f"the rate is not sustained: waits grew by {run.backlog_s:.3g} s over the simulation", *broken]
    keys = [check.key for check in run.sla if not checker.keeps(check)]
    change = f"a looser limit on {' and '.join(keys)}, or a lower rate" if keys else "a lower rate"
    return Infeasible(
        version=__version__, binding_limit=_in_run(broken, run),
        nearest_change=change, nearest=found.cluster, candidates=found.candidates,
        designs=found.designs, assumptions=found.assumptions,
    )  # fmt: skip


def reason(check: SlaCheck, checker: Checker) -> str:
    """What a run has that a plan does not keep a limit with: beyond it, or within it with too little to spare."""
    told = f"{check.key}: {check.value_s:.4g} s simulated against {check.limit_s:g} s"
    if not check.holds:
        return told
    if not checker.few_misses(check):
        most = checker.misses * check.allowed_share
        return (
            f"{told} is within the limit, but {check.missed_share:.2%} of the requests miss it: "
            f"{check.allowed_share:.2%} may, and a plan keeps to {most:.2%}, as another draw may have more misses"
        )
    idle_s = check.idle_s or 0.0
    return (
        f"{told} is within the limit, but of what it leaves above {idle_s:.4g} s without load a plan uses "
        f"{LIMIT_SHARE:.0%}, to {within(check.limit_s, idle_s):.4g} s, as the traffic that comes varies otherwise than "
        "the one drawn"
    )


def _in_run(broken: list[str], run: Simulation) -> str:
    return f"{'; '.join(broken)}, in a run of {run.requests:,} requests on the cheapest plan of the closed form"
