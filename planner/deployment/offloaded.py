"""A deployment that keeps some layers in host memory, under engines of whole GPUs: what lies where, and a bound on one
stream's speed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hardware_db.schema import Accelerator
from models_db.matrices import matrices
from planner.answers import MemoryPart, OnHost
from planner.formulas.memory import GIB
from planner.load import records
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.footprint import Footprint, footprint
from planner.physics.step import Load, StepModel
from planner.version import __version__

GB = 1e9
# One way over 16 lanes, of what is nominal: the usable rates of hardware_db/data/topologies.toml.
USABLE_GB_S = {3: 13.0, 4: 26.0, 5: 56.0}
# Joined to their CPU by another link than PCIe.
COHERENT = ("Superchip", "NVL72 tray")
# Of the usable rate: no run of the evidence keeps layers so, hence half of it to all.
LEAST, MIDDLE, MOST = 0.5, 0.75, 1.0


def offloaded(
    designs: Designs, parts: Footprint, demand: Demand, sequences: int, coefficients: Coefficients, notes: list[str]
) -> OnHost:
    """The answer for one deployment whose layers are partly in host memory."""
    whole = footprint(_without(designs), coefficients, max_sequences=np.array([float(sequences)]))
    kept = float(np.ravel(whole.weights)[0] - np.ravel(parts.weights)[0])
    ranks, gpu = int(designs.gpus_per_replica[0]), designs.gpus[0]
    read, usable = kept * _live_share(designs), _usable_gb_s(gpu)
    rates = None
    if usable is not None:
        left = 1.0 - kept / float(np.ravel(whole.weights)[0])
        device_s = _device_s(_without(designs), coefficients, demand.isl + demand.osl / 2.0) * left
        rates = [1.0 / (device_s + read / (usable * GB * part)) for part in (LEAST, MIDDLE, MOST)]
    return OnHost(
        version=__version__, replica=records.replica(designs, 0, sequences), gpu=gpu.name,
        memory=records.memory(designs, parts, 0, 0, demand),
        host=[MemoryPart(name="weights", gib=kept * ranks / GIB)], host_gib_per_token=read * ranks / GIB,
        decode_tokens_per_s=rates and rates[1], decode_tokens_per_s_low=rates and rates[0],
        decode_tokens_per_s_high=rates and rates[2], reason=_reason(usable), assumptions=notes,
    )  # fmt: skip


def _usable_gb_s(gpu: Accelerator) -> float | None:
    """What a GPU reads from its host's memory at most [GB/s]; None where its link is not PCIe."""
    if gpu.pcie_gen is None or gpu.form_factor in COHERENT:
        return None
    lanes = 0.5 if (gpu.scale_up_link or "").endswith("x8") else 1.0
    usable = USABLE_GB_S.get(gpu.pcie_gen)
    return None if usable is None else lanes * usable


def _reason(usable: float | None) -> str:
    if usable is None:
        return "no time is given: decoding is bound by the link to the host's memory, whose rate no record states"
    return (
        "no run with layers in host memory is in the evidence: one stream by what its token reads at half to all of "
        f"{usable:g} GB/s over PCIe; first tokens and many streams have no time"
    )


def _live_share(designs: Designs) -> float:
    """Share of the layers' elements that one token uses: of experts those that are picked."""
    layers = [m for m in matrices(designs.model) if m.role not in ("embedding", "head")]
    used = sum(m.elements * (m.topk / m.experts if m.role == "expert" else 1.0) for m in layers)
    return used / sum(m.elements for m in layers)


def _device_s(designs: Designs, coefficients: Coefficients, context: float) -> float:
    """Seconds of a step of one sequence with all layers on the GPUs."""
    step = StepModel.of(designs, coefficients).step(Load(np.ones((1, 1)), context))
    return float(np.ravel(step.total_s)[0])


def _without(designs: Designs) -> Designs:
    """The same with all weights on the GPUs."""
    engine = designs.engines[0]
    memory = engine.settings.memory.model_copy(update={"cpu_offload_gib": None})
    settings = engine.settings.model_copy(update={"memory": memory})
    return replace(designs, engines=(replace(engine, settings=settings),))
