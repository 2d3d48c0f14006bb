"""How many cells the cache of llama.cpp is given where nobody says: those that find room beside the graph that reads
them, so that a start command which states them takes the memory that is predicted without it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from models_db.cache import cache_layers
from models_db.formats import KvFormat, find_format
from models_db.schema import Model
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.design import Designs
from planner.physics.engines import Engine
from planner.physics.ggml.columns import cache_of, drafting_compute, memories
from planner.physics.ggml.run_of import run_of
from planner.physics.ggml.settings import Process
from planner.physics.ggml.windows import has_cache

PAD = 256
# Sequences that a server takes (LLAMA_MAX_SEQ).
MOST_SEQUENCES = 256
# Tokens of a sequence whose model states no longest context.
LONGEST = 2**20
# Where the size of the graph bends as cells become more: a whole batch is in it, and masks outgrow other tensors.
BENDS = (512, 8192)
WHATEVER = "bf16"


@dataclass(frozen=True)
class Lines:
    """Bytes at numbers of cells, straight between them: of the compute buffer, and of the cache."""

    cells: Array
    compute: Array
    cache: Array


def chosen_by_memory(engine: Engine, model: Model) -> bool:
    """Whether the cells are those that find room: their number is not set, one cache is shared, all is on devices."""
    s = engine.settings
    open_ended = engine.ggml and engine.slots_share and s.ctx_size is None
    return open_ended and not s.on_host(model.n_layers) and has_cache(model)


def filled(designs: Designs, limits: Array, free: Array, share: Array) -> tuple[Array, Array]:
    """Compute buffer and cache of the processes whose cells find room, D x L [bytes]; NaN of all others.

    limits: batch limits, L; free: bytes beside weights and context of a GPU, D x 1; share: of what the graph leaves
    that the cache may take, D x 1. Buffers are taken as straight between the sizes that `_anchors` names.
    """
    compute, cache = (np.full((len(designs), len(limits)), np.nan) for _ in range(2))
    if not any(chosen_by_memory(engine, designs.model) for engine in designs.engines):
        return compute, cache
    kinds, kind = memories(designs)
    keys, inverse = replace(designs, gpu=kind).groups("gpu", "kv", "engine", "pp")
    for i, (m, k, e, pp) in enumerate(keys):
        if not chosen_by_memory(designs.engines[e], designs.model):
            continue
        rows = np.flatnonzero(inverse == i)
        for column, limit in enumerate(limits):
            lines = _lines(designs.model, designs.kv_formats[k], designs.engines[e], pp, int(limit), kinds[m][0])
            cells = _that_fit(lines, free[rows, 0], share[rows, 0], step_of(designs.engines[e]))
            compute[rows, column] = np.interp(cells, lines.cells, lines.compute)
            cache[rows, column] = np.interp(cells, lines.cells, lines.cache)
            least = share[rows, 0] * (free[rows, 0] - lines.compute[0])
            cache[rows, column] = np.minimum(cache[rows, column], least)
    return compute, cache


def cells_of(model: Model, kv: KvFormat, engine: Engine, devices: int, sequences: int, cache_bytes: float) -> int:
    """Cells whose cache takes so many bytes of the fullest device [bytes]; as set where their number is."""
    if engine.settings.ctx_size is not None:
        return engine.settings.ctx_size
    lines, step = _lines(model, kv, engine, devices, sequences, False), step_of(engine)
    return max(step, round(float(np.interp(cache_bytes, lines.cache, lines.cells)) / step) * step)


def step_of(engine: Engine) -> int:
    """Cells by which a context grows: whole pads of each stream."""
    s = engine.settings
    return PAD * (s.parallel if s.parallel is not None and not s.kv_unified else 1)


def stated(engine: Engine, cells: int, sequences: int) -> Engine:
    """The engine with its cells and sequences as a start command states them."""
    s = engine.settings
    unified = s.parallel is None or bool(s.kv_unified)
    said = {"ctx_size": cells, "parallel": s.parallel or min(sequences, MOST_SEQUENCES), "kv_unified": unified}
    return replace(engine, settings=s.model_copy(update=said))


def _that_fit(lines: Lines, free: Array, share: Array, step: int) -> Array:
    """The most cells, in whole steps, whose cache and graph find room; the fewest where none do."""
    found = np.empty(len(free))
    for part in np.unique(share):
        here = share == part
        found[here] = np.interp(free[here], lines.cache / part + lines.compute, lines.cells)
    return np.maximum(np.floor(found / step) * step, lines.cells[0])


@lru_cache(maxsize=4096)
def _lines(model: Model, kv: KvFormat, engine: Engine, devices: int, sequences: int, unified: bool) -> Lines:
    """The sizes of a process by its cells. With all on devices the format of the weights is not in them."""
    step = step_of(engine)
    each = model.max_context or LONGEST
    most = -(-each * min(sequences, MOST_SEQUENCES) // step) * step
    runs = [
        _at(model, kv, engine, devices, sequences, n) for n in _anchors(model, kv, engine, devices, sequences, most)
    ]
    compute = [_compute(model, run, unified) for run in runs]
    cache = [cache_of(model, run, float(unified)) for run in runs]
    return Lines(np.array([float(run.n_ctx) for run in runs]), np.array(compute), np.array(cache))


def _compute(model: Model, run: Process, unified: bool) -> float:
    from planner.physics.ggml.reserve import compute_buffers

    weights = find_format(WHATEVER)
    buffers = compute_buffers(model, weights, run)
    return buffers.largest + unified * buffers.host + drafting_compute(model, weights, run)


def _at(model: Model, kv: KvFormat, engine: Engine, devices: int, sequences: int, cells: int) -> Process:
    return run_of(model, kv, stated(engine, cells, sequences), devices=devices)


def _anchors(model: Model, kv: KvFormat, engine: Engine, devices: int, sequences: int, most: int) -> list[int]:
    """Cells at which sizes bend: where graphs begin to grow with them, and where windows are full."""
    step = step_of(engine)
    run = _at(model, kv, engine, devices, sequences, most)
    windows = {layer.window for layer in cache_layers(model) if layer.window}
    full = {run.window_cells(window) * run.streams for window in windows}
    bends = {*BENDS, *full, *(cells + step for cells in full)}
    inside = {-(-bend // step) * step for bend in bends if bend < most}
    return sorted({min(step, most), *inside, most})
