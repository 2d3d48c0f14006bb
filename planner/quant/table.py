"""Every weight and cache format of a model on the GPUs in scope, each with its cheapest cluster within the SLA."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hardware_db.schema import Accelerator
from models_db.formats import Format, KvFormat, find_format, find_kv_format
from models_db.quantization_loss import Evidence, evidence
from models_db.schema import Model
from planner.answers import Cluster
from planner.deployment.fit import longest_context
from planner.errors import InputError
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.engines import Engine, configured
from planner.physics.footprint import footprint
from planner.physics.kernels import conversion, has_twin, kv_supported, support
from planner.physics.split import Split, format_problem
from planner.plan.assumptions import assumptions
from planner.plan.choice import clusters, leaders
from planner.plan.context import Context
from planner.plan.scope import scope_formats, scope_kv_formats
from planner.quant.answer import Kept, QuantAnswer, QuantCluster, QuantRow
from planner.request.request import Request
from planner.request.said import with_at_once
from planner.search.candidates import Candidates, evaluate
from planner.search.groups import kind_of
from planner.search.market import Market
from planner.version import __version__

WIDTHS = (2, 4, 8, 16)
NOTHING = Kept(kept_pct=None, metric="no evidence", model="", same_model=False, source="")
WHOLE = Kept(kept_pct=100.0, metric="not quantized", model="", same_model=True, source="")


def quant(request: Request, context: Context) -> QuantAnswer:
    """One row a weight and cache format: on the GPU named, on each of several, or on the best of all in scope."""
    if request.model is None:
        raise InputError("model: name the model to quantize")
    coefficients = context.coefficients
    found = context.catalogs.models.find(request.model)
    model = found.model
    mean = request.input_tokens.average + request.output_tokens.average
    problem = request.engine.problem(mean, model.id, model.max_context)
    if problem:
        raise InputError(problem)
    rented, _, prepared = context.prepared(request, model)
    best: dict[BestKey, Best] = {}
    if len(prepared.designs):
        best = _clusters(request, evaluate(prepared, rented, request), rented, coefficients)
    gpus: Sequence[Accelerator | None] = list(rented.gpus) if request.scope.gpus else [None]
    engines = [configured(name, request.engine) for name in request.scope.engines]
    rows = [
        _row(request, model, rented, best, prepared.designs, engines, gpu, fmt, kv)
        for gpu in gpus
        for fmt in scope_formats(request.scope.formats, model, engines)
        for kv in scope_kv_formats(request.scope.kv_formats)
        if not _twin(fmt, kv, gpu)
    ]
    dates = sorted(offer.as_of for offer in rented.offers)
    return QuantAnswer(
        version=__version__,
        model=model.id,
        rows=_compared(rows),
        prices_from=dates[0],
        prices_to=dates[-1],
        assumptions=[
            *([found.note] if found.note else []),
            *context.catalogs.hardware.taken_as(request.scope.gpus),
            *_said(request, model, best, coefficients),
        ],
    )


def _said(request: Request, model: Model, best: dict[BestKey, Best], coefficients: Coefficients) -> list[str]:
    """What is taken for granted; of users, how many are at once in the cheapest cluster."""
    texts = assumptions(request, model, coefficients)
    if not best:
        return texts
    cheapest = min((b.cluster for b in best.values()), key=lambda c: c.cost.usd_per_hour)
    said = with_at_once(texts, request, cheapest.latency.e2e_s.mean)
    return said if said == texts else [*said, "requests at once: those of the cheapest row"]


def _twin(fmt: Format, kv: KvFormat, gpu: Accelerator | None) -> bool:
    """A format whose twin does the same work."""
    return any(f.twin_of is not None if gpu is None else has_twin(f, gpu) for f in (fmt, kv))


BestKey = tuple[str | None, str, str]


@dataclass(frozen=True)
class Best:
    """The cheapest cluster of a GPU, weight and cache format, with its design and the longest context it holds."""

    cluster: Cluster
    design: Designs
    longest_context: int


def _clusters(request: Request, found: Candidates, rented: Market, coefficients: Coefficients) -> dict[BestKey, Best]:
    """By (GPU, weight format, KV format), and by (None, ...) for the best of all GPUs where none is named."""
    d, design = found.prepared.designs, found.design[found.row]
    names = [(g, f, k) for g in d.gpus for f in d.formats for k in d.kv_formats]
    group = kind_of(found)
    picked: dict[BestKey, int] = {}
    for index in leaders(found, group).tolist():
        gpu, fmt, kv = names[int(group[index])]
        key = (gpu.id if request.scope.gpus else None, fmt.id, kv.id)
        picked.setdefault(key, index)
    made = clusters(request, found, rented, list(picked.values()), coefficients)
    return {
        key: _best(c, d.take(np.array([design[index]])), coefficients)
        for (key, index), c in zip(picked.items(), made, strict=True)
    }


def _best(c: Cluster, design: Designs, coefficients: Coefficients) -> Best:
    parts = footprint(design, coefficients, max_sequences=np.array([float(c.replica.max_sequences)]))
    return Best(c, design, longest_context(design, float(parts.kv_pool[0, 0]), design.model.max_context))


def _row(
    request: Request, model: Model, rented: Market, best: Mapping[BestKey, Best], designs: Designs,
    engines: list[Engine], gpu: Accelerator | None, fmt: Format, kv: KvFormat,
) -> QuantRow:  # fmt: skip
    found = best.get((gpu.id if gpu is not None else None, fmt.id, kv.id))
    quality, kv_quality = _kept(fmt.id, fmt.bits >= 16, model), _kept(f"kv {kv.id}", kv.bits >= 16, model)
    if found is None:
        return _without(model, rented, designs, engines, gpu, fmt, kv, quality, kv_quality)
    return _with(request, model, found, quality, kv_quality)


def _with(request: Request, model: Model, best: Best, quality: Kept, kv_quality: Kept) -> QuantRow:
    c, design = best.cluster, best.design
    gpu, fmt = design.gpus[design.gpu[0]], design.formats[design.fmt[0]]
    return QuantRow(
        weight_format=fmt.id, kv_format=c.replica.kv_format, gpu=gpu.name, support=c.replica.support,
        kernel=c.replica.kernel, constraints=_constraints(model, fmt, gpu), reason="",
        cluster=_figures(request, best), weights_quality=quality, kv_quality=kv_quality, on_front=False,
        usd_saved_per_point=None,
    )  # fmt: skip


def _figures(request: Request, best: Best) -> QuantCluster:
    c = best.cluster
    return QuantCluster(
        weights_gib=_weights(c), gpus_per_replica=c.replica.gpus, split=c.replica.split_text,
        replicas=c.replicas, gpus=c.gpus,
        instance_type=c.machine.instance_type, provider=c.machine.provider, offer_class=c.machine.offer_class,
        price_as_of=c.machine.price_as_of, price_age_days=c.machine.price_age_days,
        price_flags=c.machine.price_flags,
        price_source=c.machine.price_source,
        kv_tokens_per_replica=c.memory.kv_tokens_per_replica,
        longest_context=best.longest_context, ttft_p95_s=c.latency.ttft_s.p95, tpot_p95_s=c.latency.tpot_s.p95,
        ttft_interval=(c.latency.ttft_s.low, c.latency.ttft_s.high),
        tpot_interval=(c.latency.tpot_s.low, c.latency.tpot_s.high), basis=c.latency.tpot_s.basis,
        sustainable_rate_per_s=c.sla_breaks_at_rate_per_s,
        output_tokens_per_s=c.sla_breaks_at_rate_per_s * request.output_tokens.average,
        usd_per_hour=c.cost.usd_per_hour, usd_per_month=c.cost.usd_per_month,
        usd_per_million_input_tokens=c.cost.usd_per_million_input_tokens,
        usd_per_million_output_tokens=c.cost.usd_per_million_output_tokens,
    )  # fmt: skip


def _weights(c: Cluster) -> float:
    return next(part.gib for part in c.memory.parts if part.name == "weights") * c.replica.gpus


def _without(
    model: Model, rented: Market, designs: Designs, engines: list[Engine], gpu: Accelerator | None, fmt: Format,
    kv: KvFormat, quality: Kept, kv_quality: Kept,
) -> QuantRow:  # fmt: skip
    places = [gpu] if gpu is not None else list(rented.gpus)
    answers = [support(fmt, place, engine.id) for place in places for engine in engines]
    runs = [a for a in answers if a.level != "none"]
    caches = any(kv_supported(kv, place, engine.id) for place in places for engine in engines)
    best = runs[0] if runs else answers[0]
    if not runs:
        reason = best.why if gpu is not None else "no GPU in scope has a kernel for it"
    elif not caches:
        reason = f"no {kv.id} cache here"
    else:
        reason = _no_cluster(designs, gpu, fmt, kv)
    return QuantRow(
        weight_format=fmt.id, kv_format=kv.id, gpu=gpu.name if gpu is not None else "any", support=best.level,
        kernel=best.kernel, constraints=_constraints(model, fmt, gpu) if gpu is not None else [], reason=reason,
        cluster=None, weights_quality=quality, kv_quality=kv_quality, on_front=False, usd_saved_per_point=None,
    )  # fmt: skip


def _no_cluster(d: Designs, gpu: Accelerator | None, fmt: Format, kv: KvFormat) -> str:
    """Whether it is memory or the SLA that keeps a format that runs from an answer."""
    held = np.array([f.id == fmt.id for f in d.formats])[d.fmt] & np.array([k.id == kv.id for k in d.kv_formats])[d.kv]
    if gpu is not None:
        held &= np.array([g.id == gpu.id for g in d.gpus])[d.gpu]
    if held.any():
        return "it fits, but no cluster meets the SLA within the limits"
    return "does not fit: no legal cut holds the weights and one sequence"


def _constraints(model: Model, fmt: Format, gpu: Accelerator) -> list[str]:
    """What bites: widths that the format cannot be cut to, and conversions."""
    problems = [format_problem(model, fmt, Split(tp=width)) for width in WIDTHS]
    found = [f"from tp {width}: {problem}" for width, problem in zip(WIDTHS, problems, strict=True) if problem][:1]
    converted = conversion(fmt, gpu)
    return [*found, converted] if converted else found


def _kept(name: str, whole: bool, model: Model) -> Kept:
    if whole:
        return WHOLE
    found: Evidence | None = evidence(name, model)
    if found is None:
        return NOTHING
    loss = found.loss
    return Kept(
        kept_pct=round(loss.kept_pct, 2), metric=f"{loss.metric} ({loss.scheme})", model=loss.model,
        same_model=found.same_model, source=loss.source,
    )  # fmt: skip


def kept_pct(row: QuantRow) -> float | None:
    """Quality kept by weights and cache together; None where either has no evidence."""
    parts = (row.weights_quality.kept_pct, row.kv_quality.kept_pct)
    return None if parts[0] is None or parts[1] is None else min(parts[0], 100.0) * min(parts[1], 100.0) / 100.0


def _compared(rows: list[QuantRow]) -> list[QuantRow]:
    """The rows with the Pareto front of quality against dollars, and what a point of quality saves."""
    whole = [r for r in rows if _is_unquantized(r)]
    base = min((r.cluster.usd_per_hour for r in whole if r.cluster is not None), default=None)
    rated = [(r, kept_pct(r)) for r in rows]
    known = [(r.cluster.usd_per_hour, kept) for r, kept in rated if r.cluster is not None and kept is not None]
    out = []
    for row, kept in rated:
        usd = None if row.cluster is None else row.cluster.usd_per_hour
        front = usd is not None and kept is not None and not _beaten(usd, kept, known)
        saved = None
        if base is not None and usd is not None and kept is not None and kept < 100.0:
            saved = (base - usd) / (100.0 - kept)
        out.append(row.model_copy(update={"on_front": front, "usd_saved_per_point": saved}))
    return out


def _is_unquantized(row: QuantRow) -> bool:
    return find_format(row.weight_format).bits == 16 and find_kv_format(row.kv_format).bits == 16


def _beaten(usd: float, kept: float, known: list[tuple[float, float]]) -> bool:
    return any(u <= usd and k >= kept and (u < usd or k > kept) for u, k in known)
