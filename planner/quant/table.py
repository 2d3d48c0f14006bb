"""Every weight and cache format of a model on the GPUs in scope: what runs, how fast, for how much, at what loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hardware_db.schema import Accelerator
from models_db.formats import Format, KvFormat, find_format
from models_db.schema import Model
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.frozen import dataclass
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import engine_for
from planner.physics.engines import Engine
from planner.physics.kernels import HALF, conversion, default_kv, half_type, has_twin, kv_supported, support
from planner.physics.own_engine import own_engine_texts
from planner.physics.split import Split, format_problem
from planner.plan.assumptions import assumptions
from planner.plan.context import Context
from planner.plan.explore import unanswerable
from planner.plan.margins import loose_limits
from planner.plan.quality import quality
from planner.plan.scope import scope_formats, scope_kv_formats
from planner.quant.answer import QuantAnswer, QuantCluster, QuantRow
from planner.quant.compared import compared
from planner.quant.reasons import NO_MEMORY, reason
from planner.quant.served import Comparison, FormatKey, Served
from planner.request.request import Request
from planner.request.said import with_at_once
from planner.search.market import Market
from planner.version import __version__

WIDTHS = (2, 4, 8, 16)
AT_RATE = "all formats at {rate:g} requests a second; dollars a token are of that load"
AT_MOST = (
    "each format at the largest rate that it serves within the SLA, on the machines on which the checkpoint's own "
    "format costs least a request: dollars a token fall as that rate rises"
)


def quant(request: Request, context: Context, *, largest_rate: bool = False) -> QuantAnswer:
    """One row a weight and cache format: on the GPU named, on each of several, or on the best of all in scope.

    largest_rate: compare at the largest rate within the SLA on the same machines instead of at the request's rate.
    """
    if request.model is None:
        raise InputError("model: name the model to quantize")
    found = context.catalogs.models.find(request.model)
    model = found.model
    problem = unanswerable(request, model)
    if problem:
        raise InputError(problem)
    free = request.model_copy(update={"quality": request.quality.model_copy(update={"any_quality": True})})
    rented, _, prepared = context.prepared(free, model)
    asked = Comparison.of(request, prepared, rented, context.coefficients) if len(prepared.designs) else None
    table = _Table(request, model, rented, asked, _engines(request, model, context.catalogs), largest_rate)
    served: dict[FormatKey, Served] = {}
    if asked is not None:
        served = asked.at_largest_rate(table.native) if largest_rate else asked.at_stated_rate()
    dates = sorted(offer.as_of for offer in rented.offers)
    load = AT_MOST if largest_rate else AT_RATE.format(rate=request.traffic.average_per_s)
    return QuantAnswer(
        version=__version__, model=model.checkpoint, native_format=model.native.format,
        load="largest rate" if largest_rate else "stated rate", commitment=request.scope.commitment,
        max_loss_pct=request.quality.max_loss_pct,
        rows=compared(table.rows(served)), prices_from=dates[0], prices_to=dates[-1],
        assumptions=[
            *found.texts, *own_engine_texts(model, request.scope.engines),
            *context.catalogs.hardware.taken_as(request.scope.gpus), load,
            *_said(request, model, served, context.coefficients),
        ],
    )  # fmt: skip


def _engines(request: Request, model: Model, catalogs: Catalogs) -> list[Engine]:
    return [engine_for(model, name, request.engine, catalogs) for name in request.scope.engines]


@dataclass(frozen=True)
class _Table:
    """The rows of one model: what was asked, where, and what is compared; None where no design fits."""

    request: Request
    model: Model
    market: Market
    asked: Comparison | None
    engines: list[Engine]
    largest_rate: bool

    def native(self, gpu: Accelerator | None) -> tuple[str, str]:
        """The checkpoint's own format as it is served on a GPU, and a 16-bit cache, by id."""
        half = HALF[0] if gpu is None else half_type(gpu)
        wide = find_format(self.model.native.format).bits >= 16
        kv = default_kv(gpu, self.engines[0]).id if gpu is not None and self.engines else half
        return half if wide else self.model.native.format, kv

    def rows(self, served: Mapping[FormatKey, Served]) -> list[QuantRow]:
        gpus: Sequence[Accelerator | None] = list(self.market.gpus) if self.request.scope.gpus else [None]
        ratio = _ratio(served)
        return [
            self._row(served.get((gpu.id if gpu is not None else None, fmt.id, kv.id)), gpu, fmt, kv, ratio)
            for gpu in gpus
            for fmt in scope_formats(self.request.scope.formats, self.model, self.engines)
            for kv in scope_kv_formats(self.request.scope.kv_formats)
            if not _twin(fmt, kv, gpu)
        ]

    def _row(self, found: Served | None, gpu: Accelerator | None, fmt: Format, kv: KvFormat, ratio: float) -> QuantRow:
        level, kernel, why, constraints = self._support(gpu, fmt, kv)
        if found is not None:
            gpu = found.design.gpus[found.design.gpu[0]]
            r = found.cluster.replica
            level, kernel, why, constraints = r.support, r.kernel, "", _constraints(self.model, fmt, gpu)
        return QuantRow(
            weight_format=fmt.id, kv_format=kv.id, gpu=gpu.name if gpu is not None else "any",
            native=(fmt.id, kv.id) == self.native(gpu), support=level, kernel=kernel, constraints=constraints,
            reason=why, cluster=None if found is None else _figures(self.request, found, ratio),
            quality=quality(self.request, self.model, fmt.id, kv.id), change=None, on_front=False,
            usd_saved_per_point=None,
        )  # fmt: skip

    def _support(self, gpu: Accelerator | None, fmt: Format, kv: KvFormat) -> tuple[str, str, str, list[str]]:
        """Support level, kernel, why there is no cluster, and what bites."""
        places = [gpu] if gpu is not None else list(self.market.gpus)
        answers = [support(fmt, place, engine.id) for place in places for engine in self.engines]
        runs = [a for a in answers if a.level != "none"]
        best = runs[0] if runs else answers[0]
        if not runs:
            why = best.why if gpu is not None else "no GPU in scope has a kernel for it"
        elif not any(kv_supported(kv, place, engine.id) for place in places for engine in self.engines):
            why = f"no {kv.id} cache here"
        else:
            why = self._no_cluster(gpu, fmt, kv)
        return best.level, best.kernel, why, _constraints(self.model, fmt, gpu) if gpu is not None else []

    def _no_cluster(self, gpu: Accelerator | None, fmt: Format, kv: KvFormat) -> str:
        """Whether it is memory or the SLA that keeps a format that runs from an answer."""
        if self.asked is None:
            return NO_MEMORY
        d = self.asked.prepared.designs
        stored, cached = (np.array([f.id == x.id for f in fs]) for fs, x in ((d.formats, fmt), (d.kv_formats, kv)))
        held = stored[d.fmt] & cached[d.kv]
        if gpu is not None:
            held &= np.array([g.id == gpu.id for g in d.gpus])[d.gpu]
        return reason(self.asked, held, compared=self.largest_rate)


def _said(request: Request, model: Model, served: Mapping[FormatKey, Served], coefficients: Coefficients) -> list[str]:
    """What is taken for granted; of users, how many are at once in the cheapest cluster."""
    texts = [*assumptions(request, model, coefficients), *loose_limits(request.sla)]
    if not served:
        return texts
    cheapest = min((s.cluster for s in served.values()), key=lambda c: c.cost.usd_per_hour)
    said = with_at_once(texts, request, cheapest.latency.e2e_s.mean)
    return said if said == texts else [*said, "requests at once: those of the cheapest row"]


def _twin(fmt: Format, kv: KvFormat, gpu: Accelerator | None) -> bool:
    """A format whose twin does the same work."""
    return any(f.twin_of is not None if gpu is None else has_twin(f, gpu) for f in (fmt, kv))


def _ratio(served: Mapping[FormatKey, Served]) -> float:
    """What an output token costs against an input token: one ratio for all rows, the cheapest cluster's, so that
    neither rises where the dollars of both fall."""
    costs = [s.cluster.cost for s in served.values()]
    least = min(costs, key=lambda c: c.usd_per_hour, default=None)
    if least is None or least.usd_per_million_input_tokens <= 0.0:
        return 1.0
    return least.usd_per_million_output_tokens / least.usd_per_million_input_tokens


def _figures(request: Request, s: Served, ratio: float) -> QuantCluster:
    c, isl, osl = s.cluster, request.input_tokens.average, request.output_tokens.average
    each = c.cost.usd_per_hour / (3600.0 * s.rate_per_s) * 1e6
    usd_in = each / (isl + ratio * osl)
    return QuantCluster(
        weights_gib=next(part.gib for part in c.memory.parts if part.name == "weights") * c.replica.gpus,
        gpus_per_replica=c.replica.gpus, split=c.replica.split_text, replicas=c.replicas, gpus=c.gpus,
        instance_type=c.machine.instance_type, provider=c.machine.provider, offer_class=c.machine.offer_class,
        price_as_of=c.machine.price_as_of, price_age_days=c.machine.price_age_days,
        price_flags=c.machine.price_flags, price_source=c.machine.price_source,
        kv_tokens_per_replica=c.memory.kv_tokens_per_replica,
        longest_context=s.longest_context, ttft_p95_s=c.latency.ttft_s.p95, tpot_p95_s=c.latency.tpot_s.p95,
        ttft_interval=(c.latency.ttft_s.low, c.latency.ttft_s.high),
        tpot_interval=(c.latency.tpot_s.low, c.latency.tpot_s.high), basis=c.latency.tpot_s.basis,
        rate_per_s=s.rate_per_s, sustainable_rate_per_s=s.sustainable_per_s,
        output_tokens_per_s=s.sustainable_per_s * osl, usd_per_hour=c.cost.usd_per_hour,
        usd_per_month=c.cost.usd_per_month, usd_per_million_tokens=each / (isl + osl),
        usd_per_million_input_tokens=usd_in, usd_per_million_output_tokens=usd_in * ratio,
    )  # fmt: skip


def _constraints(model: Model, fmt: Format, gpu: Accelerator) -> list[str]:
    """What bites: widths that the format cannot be cut to, and conversions."""
    problems = [format_problem(model, fmt, Split(tp=width)) for width in WIDTHS]
    found = [f"from tp {width}: {problem}" for width, problem in zip(WIDTHS, problems, strict=True) if problem][:1]
    converted = conversion(fmt, gpu)
    return [*found, converted] if converted else found
