"""A deployment that keeps a part of the model in host memory: what lies where, and a bound on one stream's speed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models_db.formats import weight_bits
from models_db.matrices import matrices
from planner.answers import MemoryPart, OnHost
from planner.formulas.memory import GIB
from planner.load import records
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment
from planner.physics.design import Designs
from planner.physics.footprint import Footprint
from planner.physics.ggml.columns import process_at, unified
from planner.physics.ggml.held import cache_held, share_of_experts, states_bytes, weights_held
from planner.physics.ggml.reserve import compute_buffers
from planner.physics.ggml.settings import Process
from planner.physics.step import Load, StepModel
from planner.version import __version__

GB = 1e9
# Of the host's bandwidth, as stated or where it is the GPU's: no run of the evidence states one, so half of it to all,
# and the middle of these.
LEAST, MIDDLE, MOST = 0.5, 0.75, 1.0


def partly_on_host(
    d: Deployment, designs: Designs, parts: Footprint, demand: Demand, coefficients: Coefficients, notes: list[str]
) -> OnHost:
    """The answer for one deployment, a part of which is in host memory."""
    model, fmt, run = designs.model, designs.formats[0], process_at(designs, 0)
    cache, context = cache_held(model, run), demand.isl + demand.osl / 2.0
    on_cpu = run.layers_on_cpu / model.n_layers
    states = states_bytes(model, run) * on_cpu
    read = _weights_read(designs, run) + cache.host * min(1.0, context / run.n_ctx)
    stated, gpu = d.settings.host_memory_gb_s, designs.gpus[0]
    bandwidth = stated * GB if stated else gpu.bandwidth_bytes_per_s if unified(gpu) else None
    rates = None if bandwidth is None else _rates(designs, run, coefficients, read, context, bandwidth)
    host = {
        "weights": weights_held(model, fmt, run).host, "kv_cache": cache.host, "states": states,
        "compute": compute_buffers(model, fmt, run).host,
    }  # fmt: skip
    return OnHost(
        version=__version__, replica=records.replica(designs, 0, d.max_sequences), gpu=designs.gpus[0].name,
        memory=records.memory(designs, parts, 0, 0, demand),
        host=[MemoryPart(name=name, gib=size / GIB) for name, size in host.items()],
        host_gib_per_token=read / GIB,
        decode_tokens_per_s=rates and rates[1],
        decode_tokens_per_s_low=rates and rates[0],
        decode_tokens_per_s_high=rates and rates[2],
        reason=_reason(rates is not None),
        assumptions=notes,
    )  # fmt: skip


def _reason(known: bool) -> str:
    if known:
        return (
            "no run with layers in host memory is in the evidence: one stream by what its token reads at half to all "
            "of the host's bandwidth; first tokens and many streams have no time"
        )
    return (
        "no time is given: decoding is bound by the host's memory, whose bandwidth is not stated "
        "(--host-memory-gb-s, engine.host_memory_gb_s)"
    )


def _weights_read(designs: Designs, run: Process) -> float:
    """Bytes of weights that one token reads from host memory: layers on the CPU, and the picked experts that are."""
    model, fmt = designs.model, designs.formats[0]
    n, total = model.n_layers, 0.0
    for m in matrices(model):
        size = m.elements * weight_bits(fmt, m, model) / 8.0
        if m.role == "expert":
            total += size * m.topk / m.experts * share_of_experts(model, max(run.layers_on_cpu, run.experts_on_cpu))
        elif m.role == "head" or (m.role == "embedding" and model.tied_embeddings):
            total += size if run.output_on_cpu else 0.0
        elif m.role != "embedding":
            total += size * run.layers_on_cpu / n
    return total


def _rates(
    designs: Designs, run: Process, coefficients: Coefficients, read: float, context: float, bandwidth: float
) -> tuple[float, float, float]:
    """Tokens a second of one stream, low, middle and high: the rest of the model at the device's own speed."""
    whole = _weights_read(designs, replace(run, layers_on_cpu=designs.model.n_layers, output_on_cpu=True))
    share = max(0.0, 1.0 - _weights_read(designs, run) / whole)
    settings = designs.engines[0].settings.model_copy(
        update={"n_gpu_layers": None, "n_cpu_moe": None, "no_kv_offload": None}
    )
    engine = replace(designs.engines[0], settings=settings)
    step = StepModel.of(replace(designs, engines=(engine,)), coefficients).step(Load(np.ones((1, 1)), context))
    device_s = float(np.ravel(step.total_s)[0]) * share
    low, middle, high = (1.0 / (device_s + read / (bandwidth * part)) for part in (LEAST, MIDDLE, MOST))
    return low, middle, high
