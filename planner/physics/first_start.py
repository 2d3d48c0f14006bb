"""What a first start holds back from the cache: without a cache of compiled graphs and tuned kernels an engine compiles
and tunes in its profile run, and counts what that takes as its own."""

from __future__ import annotations

import numpy as np

from models_db.schema import LinearAttention, Model
from planner.formulas.types import Array
from planner.physics.coefficient_parts import MemoryFigures
from planner.physics.design import Designs
from planner.physics.engines import Engine
from planner.physics.graphs import is_plain

MIB = 2.0**20


def has_delta_nets(model: Model) -> bool:
    mixers = [mixer for group in model.layers for mixer in group.mixers]
    return any(isinstance(mixer, LinearAttention) and mixer.variant == "gated_delta" for mixer in mixers)


def tuned_bytes(designs: Designs, memory: MemoryFigures) -> Array:
    """Local memory that tuning the kernels of gated delta nets leaves in the context of a GPU, D [bytes].

    The slowest variants spill registers; CUDA keeps the room for them on every multiprocessor until the process ends.
    """
    if not has_delta_nets(designs.model):
        return np.zeros(len(designs))
    units = np.array([float(gpu.sm_count or 0) for gpu in designs.gpus])
    tunes = np.array([[_tunes(engine, gpu.generation) for gpu in designs.gpus] for engine in designs.engines])
    found: Array = np.where(tunes[designs.engine, designs.gpu], units[designs.gpu], 0.0) * memory.tuned_unit_mib * MIB
    return found


def _tunes(engine: Engine, generation: str) -> bool:
    return engine.tunes_states and not engine.settings.memory.warm_start and generation in engine.states_tuned_on


def first_start_texts(designs: Designs) -> list[str]:
    """That memory is counted for a first start, where a later one has more for its cache."""
    gpus, engines = designs.gpus, designs.engines
    tunes = any(_tunes(engine, gpu.generation) for engine in engines for gpu in gpus)
    if not tunes or not has_delta_nets(designs.model):
        return []
    return ["a first start, which tunes kernels; one that finds them in a cache has more room (--warm-start)"]


def compiled_copies(engine: Engine, model: Model, memory: MemoryFigures) -> float:
    """Copies of the logits that compiling the graph adds to the peak of the profile run."""
    compiles = not engine.eager and not engine.settings.memory.warm_start
    return memory.compile_copies if engine.plain_era and is_plain(model) and compiles else 0.0
