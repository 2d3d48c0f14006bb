"""When nothing in scope meets the request: what binds, and the nearest request that can be met."""

from __future__ import annotations

import numpy as np

from planner.answers import Cluster, Infeasible
from planner.formulas.types import Array
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.plan.choice import clusters, winner
from planner.plan.idle import BY_CLOSED_FORM, beyond_text, idle_figures, out_of_reach
from planner.request.request import Request
from planner.search.candidates import Candidates, evaluate
from planner.search.market import Market
from planner.search.prepared import Prepared
from planner.version import __version__
from planner.words import counted

NEAREST_BY_CLOSED_FORM = "the nearest that would do is of the closed form: it was not simulated"
# Room above an idle design so that it can carry some load.
RELAX = 1.26


def no_room(designs: Designs, texts: list[str]) -> Infeasible:
    if not len(designs):
        top = sorted(designs.refused, key=lambda why: -designs.refused[why])[:3]
        binding = "no legal design: " + ("; ".join(top) or "no cut of the model fits these GPUs")
        change = "widen scope.gpus, scope.formats or scope.engines"
    else:
        binding = "memory: no design in scope holds the weights and one sequence"
        change = "larger GPUs, a narrower format, or more GPUs a replica (scope.max_gpus_per_replica)"
    return Infeasible(
        version=__version__, binding_limit=binding, nearest_change=change, nearest=None, candidates=0,
        designs=len(designs), assumptions=texts,
    )  # fmt: skip


def infeasible(
    request: Request, designs: Designs, prepared: Prepared, found: Candidates, rented: Market, texts: list[str],
    coefficients: Coefficients,
) -> Infeasible:  # fmt: skip
    """Relax what binds, as little as possible, and plan again."""
    if len(found):
        relaxed = request.unlimited
        binding, change = f"{beyond_text(request)}{BY_CLOSED_FORM}", ""
    else:
        idle = idle_figures(request, prepared)
        key = out_of_reach(request.sla, idle)
        value = float(np.min(idle[key]))
        relaxed = request.model_copy(update={"sla": _relaxed(request.sla, idle)})
        binding = (
            f"{key}: {request.sla[key]:g} s is below the {value:.4g} s that the fastest design needs even when idle"
            if value > request.sla[key]
            else f"{key}: idle it is {value:.4g} s, but bursts of this traffic break {request.sla[key]:g} s at any rate"
        )
        change = ", ".join(f"{k} = {relaxed.sla[k]:.4g}" for k in request.sla if relaxed.sla[k] != request.sla[k])
    again = evaluate(prepared, rented, relaxed)
    nearest = clusters(relaxed, again, rented, [winner(again)], coefficients)[0] if again.feasible.any() else None
    if nearest is not None and not change:
        change = cluster_text(nearest)
    said = texts if nearest is None else [*texts, NEAREST_BY_CLOSED_FORM]
    return Infeasible(
        version=__version__, binding_limit=binding, nearest_change=change, nearest=nearest,
        candidates=len(found), designs=len(designs), assumptions=said,
    )  # fmt: skip


def cluster_text(c: Cluster) -> str:
    """What a cluster costs, and its GPUs."""
    return f"${c.cost.usd_per_hour:.2f} an hour on {counted(c.gpus, 'GPU')}"


def _relaxed(sla: dict[str, float], idle: dict[str, Array]) -> dict[str, float]:
    """The SLA of the design that comes closest to meeting it, a little beyond what it reaches when idle."""
    best = int(np.argmin(np.max([idle[k] / sla[k] for k in idle], axis=0)))
    reached = {k: float(idle[k][best]) for k in idle}
    if all(reached[k] <= sla[k] for k in idle):
        return {k: sla[k] * RELAX for k in idle}
    return {k: max(sla[k], reached[k] * RELAX) for k in idle}
