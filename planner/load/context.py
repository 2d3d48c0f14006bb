"""Requests longer than a model's context: refused where they are the rule, cut and said so where they are the tail."""

from __future__ import annotations

from models_db.schema import Model
from planner.errors import InputError
from planner.load.demand import Demand
from planner.request.request import Request

# Where more of them would be cut, the answer would be about other requests than those asked.
MOST_CUT = 0.5
# A share that is not worth a word.
FEW_CUT = 1e-4


def context_problem(demand: Demand, model: Model) -> str:
    """Why the context of a model is too short for such requests, or nothing."""
    limit = model.max_context
    if limit and demand.isl + demand.osl > limit:
        return f"input_tokens: {demand.isl:g} + {demand.osl:g} tokens exceed the context of {model.id} ({limit})"
    share = demand.beyond(limit)
    if share > MOST_CUT:
        return f"input_tokens: {share:.0%} of the requests are longer than the context of {model.id} ({limit})"
    return ""


def request_problem(request: Request, model: Model) -> str:
    """Why the context of a model, or the engine's setting, is too short for such requests, or nothing."""
    demand = Demand.of(request)
    problem = context_problem(demand, model)
    return problem or request.engine.problem(demand.isl + demand.osl, model.id, model.max_context)


def must_be_within_context(request: Request, model: Model | None) -> None:
    """Raise InputError where the context of a model, or the engine's setting, is too short for such requests; None:
    no model is named yet."""
    problem = request_problem(request, model) if model is not None else ""
    if problem:
        raise InputError(problem)


def one_token_text(demand: Demand, model: Model) -> str:
    """That outputs of one token have no time per token, or that there are none; nothing otherwise."""
    if model.task != "generate":
        return (
            f"{model.id} generates nothing: a request is one pass over its prompt, and its answer counts as one token"
        )
    return "" if demand.has_gaps else "outputs are one token: there is no time per token (TPOT), and its limits hold"


def cut_text(demand: Demand, model: Model) -> str:
    """How many requests are cut to the model's context, or nothing."""
    share = demand.beyond(model.max_context)
    if share < FEW_CUT:
        return ""
    return f"{share:.2%} of the requests are longer than the context of {model.max_context:,} tokens and are cut to it"
