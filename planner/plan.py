"""The main job: the cheapest cluster that serves the request, or what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from hardware_db.catalog import HardwareCatalog
from models_db.catalog import ModelCatalog
from models_db.formats import Format, KvFormat, find_format, find_kv_format, formats, kv_formats
from models_db.matrices import matrices
from models_db.schema import Model
from planner.bounds import search
from planner.calibration import factors, parameters
from planner.choice import RUNNERS_UP, feasible
from planner.demand import Demand
from planner.deployment import Designs, enumerate_designs
from planner.engines import Engine, find_engine
from planner.errors import InputError
from planner.infeasible import infeasible, no_room
from planner.inputs import DEFAULT_CV, Request, Traffic
from planner.offers import Market, market
from planner.quality import models_with_score
from planner.results import Infeasible, Plan
from planner.search import Prepared, prepare
from planner.speed import StepModel
from planner.traffic.arrivals import lasting_levels

DRAFTS = 3
DRAFTING = ("vllm", "sglang", "tensorrt-llm")


@dataclass(frozen=True)
class Catalogs:
    models: ModelCatalog
    hardware: HardwareCatalog


def plan(request: Request, catalogs: Catalogs) -> Plan | Infeasible:
    """Answer one request. With a quality floor, every model that reaches it is planned; the cheapest wins."""
    if request.model is not None:
        found = catalogs.models.find(request.model)
        return _plan_model(request, catalogs, found.model, [found.note] if found.note else [])
    assert request.quality is not None
    scored = models_with_score(request.quality.benchmark, request.quality.min_score, catalogs.models)
    answers = [_plan_model(request, catalogs, score.model, [score.text]) for score in scored]
    plans = [answer for answer in answers if isinstance(answer, Plan)]
    if plans:
        return min(plans, key=lambda p: (p.cluster.cost.usd_per_hour, p.cluster.replica.model))
    return answers[0]


def caution(confidence: float) -> float:
    """Factor on every device time so that `confidence` of deployments are at least this fast.

    The measured spread of TPOT is taken as lognormal through its 95 % quantile.
    """
    _, high = factors.interval("tpot")
    return float(high ** (NormalDist().inv_cdf(confidence) / NormalDist().inv_cdf(0.95)))


def _plan_model(request: Request, catalogs: Catalogs, model: Model, notes: list[str]) -> Plan | Infeasible:
    if model.task != "generate":
        raise InputError(f"model: {model.id} is an embedding model; it generates no tokens")
    demand = Demand.of(request)
    if model.max_context and demand.isl + demand.osl > model.max_context:
        raise InputError(
            f"input_tokens: {demand.isl:g} + {demand.osl:g} tokens exceed the context of {model.id} "
            f"({model.max_context})"
        )
    rented, designs, prepared = prepared_for(request, catalogs, model)
    texts = notes + assumptions(request, model)
    if not len(prepared.designs):
        return no_room(request, designs, texts)
    found = search(prepared, rented, request, best=RUNNERS_UP + 1)
    if not found.feasible.any():
        return infeasible(request, designs, prepared, found, rented, texts)
    return feasible(request, designs, found, rented, texts)


_SCOPES: dict[tuple[int, str], tuple[Market, Designs, StepModel]] = {}
_KEPT: dict[tuple[int, str], tuple[Market, Designs, Prepared]] = {}


def _scope_for(request: Request, catalogs: Catalogs, model: Model) -> tuple[Market, Designs, StepModel]:
    """Market, designs and their step model; kept for the last model and scope."""
    key = (id(catalogs), model.id + request.scope.model_dump_json())
    if key not in _SCOPES:
        rented = market(catalogs.hardware, request.scope)
        designs = scope_designs(request, model, rented)
        _SCOPES.clear()
        _SCOPES[key] = rented, designs, StepModel.of(designs)
    return _SCOPES[key]


def prepared_for(request: Request, catalogs: Catalogs, model: Model) -> tuple[Market, Designs, Prepared]:
    """Market, designs and curves; kept for the last lengths, as the rate, the SLA and limits do not change them."""
    demand = Demand.of(request)
    lengths = f"{request.input_tokens!r}{request.output_tokens!r}{demand.prefix_hit}{request.confidence}"
    key = (id(catalogs), model.id + request.scope.model_dump_json() + lengths)
    if key not in _KEPT:
        rented, designs, steps = _scope_for(request, catalogs, model)
        prepared = prepare(designs, demand, caution=caution(request.confidence), steps=steps)
        _KEPT.clear()
        _KEPT[key] = (rented, designs, prepared)
    rented, designs, prepared = _KEPT[key]
    return rented, designs, replace(prepared, curves=replace(prepared.curves, demand=demand))


def scope_designs(request: Request, model: Model, rented: Market) -> Designs:
    """All designs of the scope on the GPUs that can be rented."""
    scope = request.scope
    engines = [find_engine(name) for name in scope.engines]
    if scope.speculative and model.mtp_layers:
        engines += [e.drafting(DRAFTS) for e in engines if e.id in DRAFTING]
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
    """Leave FP16 out of an open scope where the GPU has BF16: the same bytes at the same rate."""
    has_bf16 = np.array([gpu.peak_dense_tflops.bf16 is not None for gpu in designs.gpus])[designs.gpu]
    half = np.array([f.id == "fp16" for f in designs.formats])[designs.fmt]
    half_kv = np.array([f.id == "fp16" for f in designs.kv_formats])[designs.kv]
    kept = designs.take(~(has_bf16 & ((weights & half) | (kv & half_kv))))
    return replace(kept, refused=designs.refused)


def scope_formats(names: tuple[str, ...], model: Model, engines: list[Engine]) -> list[Format]:
    """The asked formats; by default all but FP32, GGUF only for llama.cpp, one of equals (AWQ and GPTQ)."""
    if names:
        return [find_format(name) for name in names]
    ggml = any(engine.id == "llama.cpp" for engine in engines)
    kept = [f for f in formats().values() if f.id != "fp32" and (ggml or not f.gguf) and _narrows(f, model)]
    return [f for f in kept if not f.id.startswith("gptq") or f.id == model.native.format]


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
        kept = parameters.operator("accepted_tokens")
        texts.append(f"with {DRAFTS} drafts a step yields {kept:g} tokens, as measured on random prompts")
    return texts
