"""The main job: the cheapest cluster that serves the request, or what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from hardware_db.catalog import HardwareCatalog
from models_db.catalog import ModelCatalog
from models_db.formats import Format, KvFormat, find_format, find_kv_format, formats, kv_formats
from models_db.schema import Model
from planner import __version__, describe
from planner.calibration import factors
from planner.deployment import Designs, enumerate_designs
from planner.engines import Engine, find_engine
from planner.errors import InputError
from planner.formulas.types import Array
from planner.inputs import DEFAULT_CV, Request, sla_key
from planner.offers import Market, market
from planner.quality import models_with_score
from planner.results import Cluster, FrontPoint, Infeasible, Plan, RunnerUp
from planner.search import BATCH_LIMITS, Candidates, Prepared, evaluate, meets, prepare
from planner.serving import Demand, latency_of

RUNNERS_UP = 3
FRONT_POINTS = 12
RELAX = 1.05


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
    rented = market(catalogs.hardware, request.scope)
    designs = scope_designs(request, model, rented)
    prepared = prepare(designs, demand, caution=caution(request.confidence))
    texts = notes + assumptions(request, model)
    if not len(prepared.designs):
        return _no_room(request, designs, texts)
    found = evaluate(prepared, rented, request)
    if not found.feasible.any():
        return _infeasible(request, designs, prepared, found, rented, texts)
    return _feasible(request, designs, found, rented, texts)


def scope_designs(request: Request, model: Model, rented: Market) -> Designs:
    """All designs of the scope on the GPUs that can be rented."""
    scope = request.scope
    engines = [find_engine(name) for name in scope.engines]
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
    kept = [f for f in formats().values() if f.id != "fp32" and (ggml or not f.gguf)]
    return [f for f in kept if not f.id.startswith("gptq") or f.id == model.native.format]


def scope_kv_formats(names: tuple[str, ...]) -> list[KvFormat]:
    return [find_kv_format(name) for name in names] if names else list(kv_formats().values())


def assumptions(request: Request, model: Model) -> list[str]:
    """What the answer takes for granted, in words."""
    texts = []
    for label, length in (("input", request.input_tokens), ("output", request.output_tokens)):
        stated = length.cv is not None or length.p95 is not None
        texts.append(
            f"{label} lengths: lognormal, mean {length.mean:g}, CV {length.spread:.2f}"
            + ("" if stated else f" (CV {DEFAULT_CV} assumed)")
        )
    texts.append(f"arrivals: CV {request.traffic.cv:g} (1 is Poisson), spread evenly over the replicas")
    texts.append(f"planned at {request.confidence:.0%} confidence: device times x {caution(request.confidence):.2f}")
    texts.append("a per-GPU listing is one machine with one GPU; fractions of a GPU are left out")
    if model.mtp_layers:
        texts.append("multi-token-prediction layers are not loaded")
    return texts


def order(found: Candidates) -> Array:
    """Feasible rows, best first: dollars, then p95 end-to-end latency, then GPUs; ties keep catalog order."""
    rows = np.flatnonzero(found.feasible)
    sets = found.row[rows]
    e2e = np.round(found.latency.value("e2e", "p95")[sets], 3)
    gpus = found.prepared.designs.gpus_per_replica[found.design[sets]] * found.replicas[sets]
    return rows[np.lexsort((gpus, e2e, np.round(found.usd_per_hour[rows], 4)))]


def _cluster(request: Request, found: Candidates, rented: Market, index: int) -> Cluster:
    row = int(found.row[index])
    design, limit = int(found.design[row]), int(found.limit[row])
    prepared = found.prepared
    breaks = breaking_rate(prepared, design, limit, request.sla)
    return describe.cluster(
        request,
        prepared.designs,
        prepared.memory,
        rented,
        row=design,
        limit=limit,
        slots=float(prepared.slots[design, limit]),
        max_sequences=int(BATCH_LIMITS[limit]),
        replicas=int(found.replicas[row]),
        offer=int(found.offer[index]),
        machines=int(found.machines[index]),
        breaks_at=float(breaks),
    )


def breaking_rate(prepared: Prepared, design: int, limit: int, sla: dict[str, float]) -> float:
    """Arrivals a second at which one replica breaks the SLA, by bisection."""
    slots = prepared.slots[design, limit]
    low, high = 0.0, float(prepared.curves.rate_per_s[design].max())
    for _ in range(6):
        tried = np.linspace(low, high, 34)[1:-1]
        rows = np.full(len(tried), design)
        ok = meets(latency_of(prepared.curves, rows, tried, np.full(len(tried), slots)), sla)
        last = int(np.argmin(ok)) if not ok.all() else len(ok)
        low, high = (tried[last - 1] if last else low), (tried[last] if last < len(tried) else high)
    return float(low)


def _feasible(request: Request, designs: Designs, found: Candidates, rented: Market, texts: list[str]) -> Plan:
    ranked = order(found)
    winner = _cluster(request, found, rented, int(ranked[0]))
    others = [_cluster(request, found, rented, i) for i in _runner_rows(found, ranked)]
    dates = sorted(offer.as_of for offer in rented.offers)
    return Plan(
        version=__version__,
        cluster=winner,
        runners_up=[RunnerUp(cluster=other, loses_on=loses_on(winner, other)) for other in others],
        pareto=_front(found, ranked, rented),
        binding_limit=_binding(request, found, int(ranked[0])),
        confidence=request.confidence,
        candidates=len(found),
        designs=len(designs),
        prices_from=dates[0],
        prices_to=dates[-1],
        assumptions=texts,
    )


def _runner_rows(found: Candidates, ranked: Array) -> list[int]:
    """The best of each further (GPU, format), at most three."""
    d = found.prepared.designs
    designs = found.design[found.row[ranked]]
    key = d.gpu[designs] * len(d.formats) + d.fmt[designs]
    _, first = np.unique(key, return_index=True)
    return [int(ranked[i]) for i in np.sort(first)[1 : RUNNERS_UP + 1]]


def loses_on(winner: Cluster, other: Cluster) -> str:
    """Why `other` was not chosen, in one phrase."""
    extra = other.cost.usd_per_hour / winner.cost.usd_per_hour - 1.0
    if extra > 0.0005:
        return f"costs {extra:.1%} more (${other.cost.usd_per_hour:.2f} an hour)"
    slower = other.latency.e2e_s.p95 / winner.latency.e2e_s.p95 - 1.0
    if slower > 0.005:
        return f"same price, p95 end-to-end {slower:.0%} longer"
    return f"same price, {other.gpus} GPUs against {winner.gpus}"


def _front(found: Candidates, ranked: Array, rented: Market) -> list[FrontPoint]:
    """Feasible rows that no other beats in both dollars and p95 end-to-end latency, thinned to a dozen."""
    e2e = found.latency.value("e2e", "p95")[found.row[ranked]]
    best = np.minimum.accumulate(e2e)
    front = ranked[np.concatenate([[True], e2e[1:] < best[:-1] * 0.999])]
    picked = front[np.unique(np.linspace(0, len(front) - 1, min(FRONT_POINTS, len(front))).round().astype(int))]
    return [_front_point(found, int(i), rented) for i in picked]


def _front_point(found: Candidates, index: int, rented: Market) -> FrontPoint:
    row = int(found.row[index])
    d, k = found.prepared.designs, int(found.design[row])
    offer = rented.offers[found.offer[index]]
    figures = found.latency.take(row)

    def at(metric: str) -> float:
        return float(figures.value(metric, "p95"))

    return FrontPoint(
        usd_per_hour=float(found.usd_per_hour[index]),
        e2e_p95_s=at("e2e"),
        ttft_p95_s=at("ttft"),
        tpot_p95_s=at("tpot"),
        gpu=d.gpus[d.gpu[k]].name,
        weight_format=d.formats[d.fmt[k]].id,
        kv_format=d.kv_formats[d.kv[k]].id,
        split=split_text(d, k),
        replicas=int(found.replicas[row]),
        instance_type=offer.instance_type,
        provider=offer.provider,
    )


def split_text(d: Designs, row: int) -> str:
    parts = [f"{name}{int(getattr(d, name)[row])}" for name in ("tp", "pp", "ep", "dp")]
    return " ".join(part for part in parts if not part.endswith(("p1",)) or part.startswith("tp"))


def _binding(request: Request, found: Candidates, index: int) -> str:
    """What breaks first when the winner serves more than it does."""
    row = int(found.row[index])
    prepared = found.prepared
    design, limit = int(found.design[row]), int(found.limit[row])
    slots = prepared.slots[design, limit]
    working = found.replicas[row] - request.limits.spare_replicas
    limit_rate = breaking_rate(prepared, design, limit, request.sla)
    tried = np.array([request.traffic.rate_per_s / working, limit_rate * 1.02, limit_rate * 1.1, limit_rate * 1.5])
    figures = latency_of(prepared.curves, np.full(len(tried), design), tried, np.full(len(tried), slots))
    for i in range(len(tried)):
        for key, bound in request.sla.items():
            value = float(figures.value(*sla_key(key))[i])
            if bound < value < np.inf:
                return f"{key} ({bound:g} s) breaks first, at {tried[i] * working:.3g} requests a second"
        if figures.utilization[i] >= 1.0:
            kind = "KV memory" if slots < BATCH_LIMITS[limit] else "batch limit"
            return f"saturation ({kind}) comes first, at {tried[i] * working:.3g} requests a second"
    return "none within 1.5 times the rate: the smallest cluster that holds the model suffices"


def _no_room(request: Request, designs: Designs, texts: list[str]) -> Infeasible:
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


def _infeasible(
    request: Request, designs: Designs, prepared: Prepared, found: Candidates, rented: Market, texts: list[str]
) -> Infeasible:
    """Relax what binds, as little as possible, and plan again."""
    if len(found) and meets(found.latency, request.sla)[found.row].any():
        relaxed = request.model_copy(update={"limits": request.limits.model_copy(update=_unlimited())})
        binding, change = _limit_texts(request)
    else:
        key, value = _closest_sla(request, prepared)
        relaxed = request.model_copy(update={"sla": request.sla | _relaxed(request, prepared, key)})
        binding = (
            f"{key}: {request.sla[key]:g} s is below the {value:.4g} s that the fastest design needs even when idle"
        )
        change = ", ".join(f"{k} = {relaxed.sla[k]:.4g}" for k in request.sla if relaxed.sla[k] != request.sla[k])
    again = evaluate(prepared, rented, relaxed)
    nearest = _cluster(relaxed, again, rented, int(order(again)[0])) if again.feasible.any() else None
    if nearest is not None and not change:
        change = f"${nearest.cost.usd_per_hour:.2f} an hour on {nearest.gpus} GPUs"
    return Infeasible(
        version=__version__, binding_limit=binding, nearest_change=change, nearest=nearest,
        candidates=len(found), designs=len(designs), assumptions=texts,
    )  # fmt: skip


def _unlimited() -> dict[str, None]:
    return {"max_gpus": None, "max_usd_per_hour": None, "max_power_kw": None}


def _limit_texts(request: Request) -> tuple[str, str]:
    limits = request.limits
    stated = [
        f"limits.{name} = {getattr(limits, name):g}" for name in _unlimited() if getattr(limits, name) is not None
    ]
    return f"{' and '.join(stated)}: the SLA can be met, but not within it", ""


def _idle(request: Request, prepared: Prepared) -> tuple[Array, dict[str, Array]]:
    """Every SLA figure of every design with next to no load."""
    rows = np.arange(len(prepared.designs))
    rate = prepared.curves.rate_per_s[:, 0] * 0.05
    figures = latency_of(prepared.curves, rows, rate, prepared.slots.max(axis=1))
    return rows, {key: figures.value(*sla_key(key)) for key in request.sla}


def _closest_sla(request: Request, prepared: Prepared) -> tuple[str, float]:
    """The SLA key that even the best design cannot meet, and the best value anyone reaches."""
    _, idle = _idle(request, prepared)
    ratio = {key: float(np.min(values)) / request.sla[key] for key, values in idle.items()}
    key = max(ratio, key=lambda k: ratio[k])
    return key, float(np.min(idle[key]))


def _relaxed(request: Request, prepared: Prepared, key: str) -> dict[str, float]:
    """The SLA of the design that comes closest to meeting it, a little beyond what it reaches when idle."""
    _, idle = _idle(request, prepared)
    worst = np.max([idle[k] / request.sla[k] for k in idle], axis=0)
    best = int(np.argmin(worst))
    return {k: max(request.sla[k], float(idle[k][best]) * RELAX * 1.2) for k in idle}
