"""What an answer takes for granted, in words."""

from __future__ import annotations

from models_db.schema import Model
from planner.answers import Infeasible, Plan
from planner.load.context import cut_text, one_token_text
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.confidence import confidence_text
from planner.physics.drafting import Drafting, accepted_tokens
from planner.plan.scope import DRAFTS
from planner.request.lengths import DEFAULT_CV, Length
from planner.request.request import Request, Traffic
from planner.request.said import rate_texts
from planner.traffic.arrivals import lasting_levels


def _arrivals(t: Traffic) -> list[str]:
    texts = [f"arrivals: CV {t.cv:g} within a window (1 is Poisson), spread evenly over the replicas"]
    if t.levels:
        factors = [factor for factor, _ in lasting_levels(t)]
        texts.append(
            f"rate over 10 s varies by {min(factors):.2g} to {max(factors):.2g} times its mean; "
            "each level is taken as lasting"
        )
    if t.peak_per_s != t.rate_per_s:
        grown = f" after {t.horizon_months:g} months of growth" if t.growth_per_year and t.horizon_months else ""
        texts.append(f"sized for the busiest hour{grown}: {t.peak_per_s:.3g} requests a second")
    if t.growth_per_year and not t.horizon_months:
        texts.append(
            f"sized for today: growth of {t.growth_per_year:.0%} a year counts where traffic.horizon_months says how "
            "far ahead"
        )
    if t.prefix_hit:
        texts.append(f"{t.prefix_hit:.0%} of input tokens are found in the prefix cache")
    return texts


def _length(label: str, length: Length, stated: bool) -> str:
    if length.quantiles:
        return f"{label} lengths: {len(length.quantiles)} quantiles, mean {length.average:.0f}"
    text = f"{label} lengths: lognormal, mean {length.mean:g}, CV {length.spread:.2f}"
    if not stated:
        return f"{text} (assumed)"
    return text if length.cv is not None or length.p95 is not None else f"{text} (CV {DEFAULT_CV} assumed)"


def length_texts(request: Request) -> dict[str, str]:
    """What is taken for the lengths of each direction, by the key of the request."""
    given = request.model_fields_set
    return {
        f"{label}_tokens": _length(label, getattr(request, f"{label}_tokens"), f"{label}_tokens" in given)
        for label in ("input", "output")
    }


def unstated(request: Request) -> list[str]:
    """What was assumed because the request does not state it."""
    return [text for key, text in length_texts(request).items() if key not in request.model_fields_set]


def assumptions(request: Request, model: Model, coefficients: Coefficients) -> list[str]:
    """What the answer takes for granted, in words."""
    texts = [*rate_texts(request), *length_texts(request).values()]
    demand = Demand.of(request)
    said = (cut_text(demand, model), one_token_text(demand, model))
    texts += [*(text for text in said if text), *_arrivals(request.traffic)]
    texts.append(confidence_text(request.confidence, coefficients))
    texts.append("a per-GPU listing is one machine with one GPU; fractions of a GPU are left out")
    if model.mtp_layers and not request.scope.speculative:
        texts.append("multi-token-prediction layers are not loaded; scope.speculative considers them")
    elif model.mtp_layers:
        kept = accepted_tokens(Drafting("mtp", DRAFTS), coefficients.speculation.acceptance)
        texts.append(f"with {DRAFTS} drafts a step yields {kept:.2f} tokens, the mean of what was measured")
    return texts + request.engine.texts()


def unsimulated(answer: Plan | Infeasible, request: Request) -> Plan | Infeasible:
    """A plan that was not simulated, with what its closed form does not know: when bursts break the limits."""
    if not isinstance(answer, Plan) or request.traffic.cv <= 1.0:
        return answer
    text = (
        f"arrivals are burstier than Poisson (cv {request.traffic.cv:g}): when they break the SLA is known only "
        "by simulation; the rate stated may be far too high"
    )
    return answer.model_copy(update={"assumptions": [*answer.assumptions, text]})
