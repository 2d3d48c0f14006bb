"""The main job: the cheapest cluster that serves the request, or what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np

from models_db.formats import Format, KvFormat, find_format, find_kv_format, formats, kv_formats
from models_db.matrices import matrices
from models_db.quality import models_with_score
from models_db.schema import Model
from planner.answers import Infeasible, Plan
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.load.demand import Demand
from planner.physics import coefficients
from planner.physics.design import Designs, enumerate_designs
from planner.physics.engines import Engine, find_engine
from planner.physics.factors import caution
from planner.physics.kernels import has_twin
from planner.physics.step import StepModel
from planner.plan.choice import RUNNERS_UP, feasible
from planner.plan.infeasible import infeasible, no_room
from planner.request.request import DEFAULT_CV, Request, Traffic
from planner.search.candidates import Candidates, Prepared, prepare
from planner.search.market import Market, market
from planner.search.search import search
from planner.traffic.arrivals import lasting_levels

DRAFTS = 3
KEPT = 16  # as many models as reach a high score: a plan over them asks for each of them again
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True)
class Explored:
    """The candidates of a request; the whole answer follows from them when it is asked for.

    `found` is None where no design of the scope holds the model.
    """

    request: Request
    designs: Designs
    prepared: Prepared
    market: Market
    found: Candidates | None
    texts: list[str]

    @property
    def feasible(self) -> bool:
        return self.found is not None and bool(self.found.feasible.any())

    @cached_property
    def answer(self) -> Plan | Infeasible:
        if self.found is None:
            return no_room(self.request, self.designs, self.texts)
        if self.feasible:
            return feasible(self.request, self.designs, self.found, self.market, self.texts)
        return infeasible(self.request, self.designs, self.prepared, self.found, self.market, self.texts)


def plan(request: Request, catalogs: Catalogs) -> Plan | Infeasible:
    """Answer one request. With a quality floor, every model that reaches it is planned; the cheapest wins."""
    return explore(request, catalogs).answer


def explore(request: Request, catalogs: Catalogs) -> Explored:
    """`plan` with the candidates of the model that won."""
    if request.model is not None:
        found = catalogs.models.find(request.model)
        return _explore_model(request, catalogs, found.model, [found.note] if found.note else [])
    assert request.quality is not None
    scored = models_with_score(request.quality.benchmark, request.quality.min_score, catalogs.models)
    seen = [_explore_model(request, catalogs, score.model, [score.text]) for score in scored]
    plans = [(e.answer.cluster, i) for i, e in enumerate(seen) if isinstance(e.answer, Plan)]
    if not plans:
        return seen[0]
    return seen[min(plans, key=lambda p: (p[0].cost.usd_per_hour, p[0].replica.model))[1]]


def _explore_model(request: Request, catalogs: Catalogs, model: Model, notes: list[str]) -> Explored:
    if model.task != "generate":
        raise InputError(f"model: {model.id} is an embedding model; it generates no tokens")
    demand = Demand.of(request)
    if model.max_context and demand.isl + demand.osl > model.max_context:
        raise InputError(
            f"input_tokens: {demand.isl:g} + {demand.osl:g} tokens exceed the context of {model.id} "
            f"({model.max_context})"
        )
    rented, designs, prepared = prepared_for(request, catalogs, model)
    found = search(prepared, rented, request, best=RUNNERS_UP + 1) if len(prepared.designs) else None
    return Explored(request, designs, prepared, rented, found, notes + assumptions(request, model))


_SCOPES: dict[tuple[int, str], tuple[Market, Designs, StepModel]] = {}
_KEPT: dict[tuple[int, str], tuple[Market, Designs, Prepared]] = {}


def _scope_for(request: Request, catalogs: Catalogs, model: Model) -> tuple[Market, Designs, StepModel]:
    """Market, designs and their step model; kept for the last models and scopes."""
    key = (id(catalogs), model.id + request.scope.model_dump_json())
    if key not in _SCOPES:
        rented = market(catalogs.hardware, request.scope)
        designs = scope_designs(request, model, rented)
        _keep(_SCOPES, key, (rented, designs, StepModel.of(designs)))
    return _SCOPES[key]


def _keep(kept: dict[K, V], key: K, value: V) -> None:
    """Keep a value; of more than KEPT the oldest goes."""
    kept[key] = value
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)), None)


def prepared_for(request: Request, catalogs: Catalogs, model: Model) -> tuple[Market, Designs, Prepared]:
    """Market, designs and curves; kept for the last lengths and scopes: the rate, the SLA and limits do not matter."""
    demand = Demand.of(request)
    lengths = f"{request.input_tokens!r}{request.output_tokens!r}{demand.prefix_hit}{request.confidence}"
    key = (id(catalogs), model.id + request.scope.model_dump_json() + lengths)
    if key not in _KEPT:
        rented, designs, steps = _scope_for(request, catalogs, model)
        prepared = prepare(designs, demand, caution=caution(request.confidence), steps=steps)
        _keep(_KEPT, key, (rented, designs, prepared))
    rented, designs, prepared = _KEPT[key]
    return rented, designs, replace(prepared, curves=replace(prepared.curves, demand=demand))


def scope_designs(request: Request, model: Model, rented: Market) -> Designs:
    """All designs of the scope on the GPUs that can be rented."""
    scope = request.scope
    engines = [find_engine(name) for name in scope.engines]
    if scope.speculative and model.mtp_layers:
        engines += [e.drafting(DRAFTS) for e in engines if e.drafts]
    designs = enumerate_designs(
        model,
        rented.gpus,
        scope_formats(scope.formats, model, engines),
        scope_kv_formats(scope.kv_formats),
        engines,
        max_gpus=scope.max_gpus_per_replica,
    )
    return _without_twins(designs, weights=not scope.formats, kv=not scope.kv_formats)


def _without_twins(designs: Designs, *, weights: bool, kv: bool) -> Designs:
    """Leave a format out of an open scope where the GPU has its twin's type: the same bytes at the same rate."""
    keys, inverse = designs.groups("gpu", "fmt", "kv")
    d = designs
    left = [
        (weights and has_twin(d.formats[f], d.gpus[g])) or (kv and has_twin(d.kv_formats[k], d.gpus[g]))
        for g, f, k in keys
    ]
    kept = designs.take(~np.array(left, dtype=bool)[inverse])
    return replace(kept, refused=designs.refused)


def scope_formats(names: tuple[str, ...], model: Model, engines: list[Engine]) -> list[Format]:
    """The asked formats; by default those proposed, GGUF only for engines whose own it is."""
    if names:
        return [find_format(name) for name in names]
    ggml = any(engine.stores_gguf for engine in engines)
    kept = [f for f in formats().values() if f.proposed != "never" and (ggml or not f.gguf) and _narrows(f, model)]
    return [f for f in kept if f.proposed == "always" or f.id == model.native.format]


def _narrows(fmt: Format, model: Model) -> bool:
    """Whether a format changes anything of a model: MXFP4 of experts does nothing for a model without."""
    return fmt.bits >= 16 or fmt.gguf is not None or any(fmt.covers(model, m.role) for m in matrices(model))


def scope_kv_formats(names: tuple[str, ...]) -> list[KvFormat]:
    return [find_kv_format(name) for name in names] if names else list(kv_formats().values())


def _arrivals(t: Traffic) -> list[str]:
    texts = [f"arrivals: CV {t.cv:g} within a window (1 is Poisson), spread evenly over the replicas"]
    if t.levels:
        factors = [factor for factor, _ in lasting_levels(t)]
        texts.append(
            f"rate over 10 s varies by {min(factors):.2g} to {max(factors):.2g} times its mean; "
            "each level is taken as lasting"
        )
    if t.peak_per_s != t.rate_per_s:
        texts.append(f"sized for the busiest hour at the end of the horizon: {t.peak_per_s:.3g} requests a second")
    if t.prefix_hit:
        texts.append(f"{t.prefix_hit:.0%} of input tokens are found in the prefix cache")
    return texts


def assumptions(request: Request, model: Model) -> list[str]:
    """What the answer takes for granted, in words."""
    texts = []
    for label, length in (("input", request.input_tokens), ("output", request.output_tokens)):
        if length.quantiles:
            texts.append(f"{label} lengths: {len(length.quantiles)} quantiles, mean {length.average:.0f}")
            continue
        stated = length.cv is not None or length.p95 is not None
        texts.append(
            f"{label} lengths: lognormal, mean {length.mean:g}, CV {length.spread:.2f}"
            + ("" if stated else f" (CV {DEFAULT_CV} assumed)")
        )
    texts += _arrivals(request.traffic)
    texts.append(f"planned at {request.confidence:.0%} confidence: device times x {caution(request.confidence):.2f}")
    texts.append("a per-GPU listing is one machine with one GPU; fractions of a GPU are left out")
    if model.mtp_layers and not request.scope.speculative:
        texts.append("multi-token-prediction layers are not loaded; scope.speculative considers them")
    elif model.mtp_layers:
        kept = coefficients.operator("accepted_tokens")
        texts.append(f"with {DRAFTS} drafts a step yields {kept:g} tokens, as measured on random prompts")
    return texts
