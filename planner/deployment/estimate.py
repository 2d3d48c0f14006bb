"""One deployment exactly as given: memory by part, step times with their roofs, latency, throughput."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from models_db.formats import find_format, find_kv_format
from planner import __version__
from planner.answers import Estimate, StepAnswer, TermTime
from planner.errors import InputError
from planner.formulas.memory import GIB
from planner.load.curves import curves, rate_at, slots_of
from planner.load.demand import Demand
from planner.load.latency import closed_loop, latency
from planner.physics import factors
from planner.physics.design import Designs, Split, enumerate_designs, format_problem, split_problem
from planner.physics.engines import find_engine
from planner.physics.footprint import Footprint, batched_tokens, cache_bytes, footprint
from planner.physics.kernels import kv_supported, support, wide_type
from planner.physics.step import Load, StepModel
from planner.physics.work import StepTime
from planner.plan import cluster
from planner.plan.explore import Catalogs


@dataclass(frozen=True)
class Deployment:
    """What to estimate; names as the user wrote them, `rate_per_s` or `concurrency` one of the two."""

    model: str
    gpu: str
    weights: str | None = None
    kv: str | None = None
    engine: str = "vllm"
    split: Split = field(default_factory=Split)
    max_sequences: int = 256
    memory_fraction: float | None = None
    concurrency: float | None = None
    rate_per_s: float | None = None


@dataclass(frozen=True)
class DoesNotFit:
    """The deployment is legal but its memory does not suffice."""

    reason: str


def one_design(d: Deployment, catalogs: Catalogs) -> tuple[Designs, list[str]]:
    """The single design asked for; raises InputError with the reason when it is not legal."""
    found = catalogs.models.find(d.model)
    gpu, engine = catalogs.hardware.accelerator(d.gpu), find_engine(d.engine)
    fmt = find_format(d.weights or found.model.native.format)
    kv = find_kv_format(d.kv or ("fp16" if engine.id == "llama.cpp" or wide_type(gpu) == "fp16" else "bf16"))
    answer = support(fmt, gpu, engine.id)
    if answer.level == "none":
        raise InputError(f"weights: {answer.why}")
    if not kv_supported(kv, gpu, engine.id):
        raise InputError(f"kv: {engine.name} keeps no {kv.name} cache on {gpu.name}")
    for name, problem in (
        ("split", split_problem(found.model, d.split)),
        ("weights", format_problem(found.model, fmt, d.split)),
    ):
        if problem:
            raise InputError(f"{name}: {problem}")
    designs = enumerate_designs(found.model, [gpu], [fmt], [kv], [engine], only=d.split)
    if not len(designs):
        raise InputError(f"split: {d.split.tp * d.split.dp} ranks exceed the scale-up domain of {gpu.name}")
    return designs, [found.note] if found.note else []


def estimate(d: Deployment, demand: Demand, catalogs: Catalogs) -> Estimate | DoesNotFit:
    """Answer for one deployment; DoesNotFit when its memory does not hold one sequence."""
    if (d.concurrency is None) == (d.rate_per_s is None):
        raise InputError("concurrency: give a concurrency or a rate, one of the two")
    designs, notes = one_design(d, catalogs)
    limits = np.array([float(d.max_sequences)])
    budget = float(batched_tokens(designs)[0])
    parts = footprint(designs, max_sequences=limits, fraction=d.memory_fraction)
    short = _shortage(designs, parts, demand)
    if short:
        return DoesNotFit(short)
    slots = np.maximum(slots_of(designs, parts.kv_pool, demand, limits[None, :])[:, 0], 1.0)
    c = curves(designs, demand)
    if d.rate_per_s is not None:
        rate = np.array([d.rate_per_s])
        figures = latency(c, rate, slots)
    else:
        rate, figures = closed_loop(c, np.array([float(d.concurrency or 1.0)]), slots)
    served = np.minimum(rate, rate_at(c, np.arange(1), slots))
    basis = cluster.ground(designs, 0)
    low, high = factors.interval_on("output_tok_s", basis)
    tokens = float(served[0] * demand.osl)
    decode, prefill = _steps(designs, demand, float(np.minimum(figures.running, slots)[0]), budget)
    return Estimate(
        version=__version__,
        replica=cluster.replica(designs, 0, d.max_sequences),
        gpu=designs.gpus[0].name,
        memory=cluster.memory(designs, parts, 0, 0, demand),
        decode_step=decode,
        prefill_step=prefill,
        concurrency=float(figures.running[0]),
        latency=cluster.latencies(figures, 0, basis),
        output_tokens_per_s=tokens,
        output_tokens_per_s_low=tokens * low,
        output_tokens_per_s_high=tokens * high,
        saturation_rate_per_s=float(rate_at(c, np.arange(1), slots)[0]),
        assumptions=[*notes, *_load_text(d, demand)],
    )


def _shortage(designs: Designs, parts: Footprint, demand: Demand) -> str | None:
    need = float(cache_bytes(designs, np.array(np.ceil(demand.isl + demand.osl)))[0])
    pool = float(parts.kv_pool[0, 0])
    if pool >= need:
        return None
    missing = (need - pool) / GIB
    return (
        f"does not fit: {float(np.ravel(parts.weights)[0]) / GIB:.1f} GiB of weights on "
        f"{float(np.ravel(parts.budget)[0]) / GIB:.1f} GiB usable per GPU, {missing:.1f} GiB short of one sequence"
    )


def _load_text(d: Deployment, demand: Demand) -> list[str]:
    load = f"{d.rate_per_s:g} requests a second" if d.rate_per_s is not None else f"{d.concurrency:g} clients"
    return [f"load: {load}, {demand.isl:g} tokens in, {demand.osl:g} out"]


def _steps(designs: Designs, demand: Demand, running: float, budget: float) -> tuple[StepAnswer, StepAnswer]:
    model = StepModel.of(designs)
    decode = model.step(Load(max(running, 1.0), demand.live_tokens))
    prefill = model.step(Load(0.0, demand.live_tokens, min(budget, demand.isl), demand.isl))
    return step_answer(decode), step_answer(prefill)


def step_answer(step: StepTime) -> StepAnswer:
    """Terms in milliseconds, the longest first; zero terms left out."""

    def ms(value: object) -> float:
        return float(np.max(np.asarray(value, dtype=float))) * 1e3

    terms = [
        TermTime(
            name=name,
            ms=ms(t.seconds),
            compute_ms=ms(t.compute_s),
            bandwidth_ms=ms(t.memory_s),
            fixed_ms=ms(t.fixed_s),
            binds={"collectives": "link", "host": "host"}.get(name, t.binding()),
        )
        for name, t in step.terms.items()
        if ms(t.seconds) > 0
    ]
    return StepAnswer(total_ms=ms(step.total_s), terms=sorted(terms, key=lambda t: -t.ms))
