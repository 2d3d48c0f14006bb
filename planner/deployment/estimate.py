"""One deployment exactly as given: memory by part, step times with their roofs, latency, throughput."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models_db.quantization_loss import LONG_CONTEXT, loss
from models_db.schema import Model
from planner.answers import DoesNotFit, Estimate, Estimated, OnHost, ServedQuality
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.formulas.memory import GIB
from planner.formulas.types import Array
from planner.load import records
from planner.load.breakdown import Breakdown, of_a_loop, under_arrivals
from planner.load.closed import in_a_loop
from planner.load.context import context_problem, cut_text, one_token_text
from planner.load.curves import Curves, curves, rate_at, slots_of
from planner.load.demand import Demand
from planner.load.latency import Latency, latency
from planner.load.records import latency_parts, step_answer
from planner.load.runs import Runs, features, predicted
from planner.load.thinking import thinking_rate
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.physics.design import Designs
from planner.physics.footprint import Footprint, batched_tokens, footprint
from planner.physics.kv_cache import cache_bytes
from planner.physics.own_memory import own_memory_text
from planner.physics.step import Load, StepModel
from planner.physics.unproven import unproven
from planner.physics.work import StepTime
from planner.plan.quality import named, quality_record
from planner.request.lengths import NO_OUTPUT
from planner.request.request import MAX_LOSS_PCT
from planner.startup.lines import start_log
from planner.traffic.lengths import shape_of
from planner.version import __version__
from planner.words import counted

# Requests of each client where no number is stated: a run that lasts.
ENDLESS = 1e6


def estimate(d: Deployment, demand: Demand, catalogs: Catalogs, coefficients: Coefficients) -> Estimated:
    """Answer for one deployment; DoesNotFit when its memory does not hold one sequence, OnHost when a part of it lies
    in host memory."""
    designs, notes = one_design(d, catalogs)
    demand, notes = _within_context(designs, demand, notes)
    limits = np.array([float(designs.engines[0].most_sequences(d.max_sequences))])
    model = designs.model
    _must_be_legal(d, demand, model)
    budget = float(batched_tokens(designs)[0])
    parts = footprint(designs, coefficients, max_sequences=limits)
    log = start_log(designs, coefficients, sequences=float(limits[0]), notes=[*notes, *d.settings.texts()])
    untimed = _untimed(d, designs, parts, demand, coefficients, notes)
    if untimed is not None:
        return _told(untimed, d, designs, demand, catalogs, coefficients).model_copy(update={"log": log})
    slots = np.maximum(slots_of(designs, parts.kv_pool, demand, limits[None, :])[:, 0], 1.0)
    c = curves(designs, demand, coefficients)
    steps = StepModel.of(designs, coefficients)
    if d.rate_per_s is not None:
        figures = latency(c, np.array([d.rate_per_s]), slots)
        tokens = float(np.minimum(d.rate_per_s, rate_at(c, np.arange(1), slots))[0] * demand.osl)
        made = under_arrivals(c, steps, d.rate_per_s, float(slots[0]))
    elif d.think_time_s is not None:
        figures, tokens, made = _thinking(d, demand, c, slots, steps)
    else:
        figures, tokens, made = _closed_loop(d, designs, demand, parts.kv_pool[:, 0], c, coefficients)
    basis = records.ground(designs, 0, coefficients)
    low, high = coefficients.interval_on("output_tok_s", basis)
    sustained = d.rate_per_s is None or bool(figures.utilization[0] < 1.0)
    if not sustained:
        rate = counted(d.rate_per_s or 0.0, "request")
        notes = [*notes, f"{rate} a second are not sustained: waits grow without end"]
    return Estimate(
        status="ok" if sustained else "not_sustained",
        version=__version__,
        replica=records.replica(designs, 0, d.max_sequences),
        gpu=designs.gpus[0].name,
        memory=records.memory(designs, parts, 0, 0, demand),
        decode_step=step_answer(made.decode),
        prefill_step=step_answer(_prefill(steps, demand, budget)),
        concurrency=float(figures.running[0]),
        latency=records.latencies(records.percentiles_of(figures), 0, basis, coefficients),
        ttft_parts=latency_parts(made.ttft),
        tpot_parts=latency_parts(made.tpot),
        task=model.task,
        input_tokens_per_s=tokens / demand.osl * demand.isl,
        output_tokens_per_s=tokens,
        output_tokens_per_s_low=tokens * low,
        output_tokens_per_s_high=tokens * high,
        saturation_rate_per_s=float(rate_at(c, np.arange(1), slots)[0]),
        quality=_quality(d, designs, demand),
        log=log,
        assumptions=[*notes, *_load_text(d, demand, model), *_rests_on(designs, coefficients)],
    )


def _rests_on(designs: Designs, coefficients: Coefficients) -> list[str]:
    return [*own_memory_text(designs, 0, coefficients.own), *unproven(designs, 0, coefficients)]


def _must_be_legal(d: Deployment, demand: Demand, model: Model) -> None:
    """Raise InputError where the load is stated twice or not at all, or the engine's settings take no such request."""
    if (d.concurrency is None) == (d.rate_per_s is None):
        raise InputError("concurrency: give a concurrency or a rate, one of the two")
    problem = d.settings.problem(demand.isl + demand.osl, model.id, model.max_context)
    if problem:
        raise InputError(problem)


def _quality(d: Deployment, designs: Designs, demand: Demand) -> ServedQuality:
    """What the formats of the deployment cost in quality."""
    model, weights, kv = designs.model, designs.formats[0].id, designs.kv_formats[0].id
    long_context = demand.isl + demand.osl >= LONG_CONTEXT
    found = loss(model, weights, kv, long_context=long_context, name=named(d.model, model))
    return quality_record(found, model, weights, MAX_LOSS_PCT)


def _within_context(designs: Designs, demand: Demand, notes: list[str]) -> tuple[Demand, list[str]]:
    """The demand with its requests cut to the model's context, and that said; raises InputError where most would be.

    Requests of a model that generates nothing have no output.
    """
    if designs.model.task != "generate":
        demand = replace(demand, output=shape_of(NO_OUTPUT))
    problem = context_problem(demand, designs.model)
    if problem:
        raise InputError(problem)
    cut = cut_text(demand, designs.model)
    return demand.within(designs.model.max_context), [*notes, *([cut] if cut else [])]


def _thinking(
    d: Deployment, demand: Demand, c: Curves, slots: Array, steps: StepModel
) -> tuple[Latency, float, Breakdown]:
    """As `_closed_loop`, with clients that think: at the rate of arrivals that they come to."""
    assert d.think_time_s is not None
    rate = thinking_rate(c, float(slots[0]), float(d.concurrency or 1.0), d.think_time_s)
    alone = replace(c, demand=replace(demand, total_per_s=rate))
    figures = latency(alone, np.array([rate]), slots)
    return figures, rate * demand.osl, under_arrivals(alone, steps, rate, float(slots[0]))


def _closed_loop(
    d: Deployment, designs: Designs, demand: Demand, pool_bytes: Array, c: Curves, coefficients: Coefficients
) -> tuple[Latency, float, Breakdown]:
    """Latencies, output tokens a second with so many clients and what the means are made of: the model that measured
    closed loops are fitted by."""
    clients = float(d.concurrency or 1.0)
    rounds = ENDLESS if d.requests is None else max(1.0, d.requests / clients)
    loop = Runs.closed_loop(
        isl=demand.isl, osl=demand.osl, clients=clients, rounds=rounds, limit=float(d.max_sequences),
        fixed=demand.input.cv == 0.0 and demand.output.cv == 0.0, hit=demand.prefix_hit,
    )  # fmt: skip
    f = features(designs, loop, pool_bytes, coefficients)
    state, found = predicted(f, coefficients)
    return in_a_loop(c, state, found, state.slots), float(found.output_tok_s[0]), of_a_loop(f, coefficients)


def _untimed(
    d: Deployment, designs: Designs, parts: Footprint, demand: Demand, coefficients: Coefficients, notes: list[str]
) -> DoesNotFit | OnHost | None:
    """The answer of a deployment that has no times: it does not fit, or a part of it is in host memory."""
    short = _shortage(d, designs, parts, demand, notes)
    if short is None and d.starts:
        from planner.deployment.refusal import refusal

        short = refusal(d, designs, parts, coefficients, notes)
    if short is None and d.settings.memory.cpu_offload_gib:
        from planner.deployment.offloaded import offloaded

        said = [*notes, *_load_text(d, demand, designs.model)]
        return offloaded(designs, parts, demand, d.max_sequences, coefficients, said)
    if short is None and d.settings.on_host(designs.model.n_layers):
        from planner.deployment.partly import partly_on_host

        return partly_on_host(d, designs, parts, demand, coefficients, [*notes, *_load_text(d, demand, designs.model)])
    return short


def _told(
    found: DoesNotFit | OnHost, d: Deployment, designs: Designs, demand: Demand, catalogs: Catalogs,
    coefficients: Coefficients,
) -> DoesNotFit | OnHost:  # fmt: skip
    """The answer with the settings that would make room, where weights and one sequence find none."""
    if isinstance(found, OnHost) or found.kv_pool_gib >= found.sequence_gib:
        return found
    from planner.deployment.deciding import deciding

    decides = deciding(d, designs, demand.isl + demand.osl, catalogs, coefficients)
    return found.model_copy(update={"reason": f"{found.reason}; {decides}"}) if decides else found


def _shortage(d: Deployment, designs: Designs, parts: Footprint, demand: Demand, notes: list[str]) -> DoesNotFit | None:
    """What is missing for one sequence of mean length, or None where it fits."""
    need = float(cache_bytes(designs, np.array(np.ceil(demand.isl + demand.osl)))[0]) / GIB
    pool = float(parts.kv_pool[0, 0]) / GIB
    if pool >= need:
        return None
    weights, budget = (float(np.ravel(part)[0]) / GIB for part in (parts.weights, parts.budget))
    return DoesNotFit(
        version=__version__, replica=records.replica(designs, 0, d.max_sequences), gpu=designs.gpus[0].name,
        weights_gib=weights, budget_gib=budget, kv_pool_gib=pool, sequence_gib=need, missing_gib=need - pool,
        reason=f"does not fit: {weights:.1f} GiB of weights on {budget:.1f} GiB usable per GPU, {need - pool:.1f} GiB "
        "short of one sequence",
        assumptions=[*notes, *_load_text(d, demand, designs.model)],
    )  # fmt: skip


def _load_text(d: Deployment, demand: Demand, model: Model) -> list[str]:
    clients = counted(d.concurrency or 0.0, "client")
    load = clients if d.rate_per_s is None else f"{counted(d.rate_per_s, 'request')} a second"
    load += f", {d.think_time_s:g} s from an answer to the next request" if d.think_time_s is not None else ""
    load += f", {counted(d.requests, 'request')} in all" if d.requests is not None else ""
    said = [f"load: {load}, {counted(demand.isl, 'token')} in, {demand.osl:g} out", one_token_text(demand, model)]
    return [*(text for text in said if text), *d.settings.texts()]


def _prefill(model: StepModel, demand: Demand, budget: float) -> StepTime:
    return model.step(Load(0.0, demand.live_tokens, min(budget, demand.isl), demand.isl))
