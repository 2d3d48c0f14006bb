"""What was taken for a llama.cpp process, in words."""

from __future__ import annotations

from planner.formulas.memory import GIB, MIB
from planner.physics.design import Designs


def ggml_texts(designs: Designs) -> list[str]:
    """How a single design's process is set, what it holds in host memory, and what is known of an engine."""
    engine = designs.engines[0]
    if not engine.ggml:
        return [engine.known] if engine.known else []
    from planner.physics.ggml.cells import chosen_by_memory
    from planner.physics.ggml.columns import process_at
    from planner.physics.ggml.held import states_bytes, weights_held
    from planner.physics.ggml.reserve import compute_buffers

    run = process_at(designs, 0)
    s = engine.settings
    stated = "as set" if s.ctx_size else "assumed" if not (s.max_model_len or engine.context) else "by default"
    graph = f"a graph for {run.n_ctx:,} cells ({stated})"
    held = weights_held(designs.model, designs.formats[0], run)
    compute = compute_buffers(designs.model, designs.formats[0], run)
    buffer, inputs = f"; compute buffer {compute.largest / MIB:.2f} MiB", f", {compute.host / MIB:.2f} MiB of inputs"
    if chosen_by_memory(engine, designs.model):
        graph, buffer, inputs = "a graph for as many cells as find room beside it", "", ""
    texts = [
        f"{engine.name}, ggml as of build {run.build.number}: {graph} and batches of {run.tokens}, flash attention "
        f"{'on' if run.flash else 'off'}{buffer}",
        f"in host memory: {held.host / GIB:.2f} GiB of weights{inputs}",
    ]
    states = states_bytes(designs.model, run)
    if states:
        texts.append(f"recurrent state buffer: {states / MIB:.2f} MiB for {run.n_parallel} sequences")
    return [*texts, *([engine.known] if engine.known else [])]
