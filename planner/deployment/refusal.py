"""Whether an engine starts as it is told, and keeps running: its own rule about its context, and what lies outside of
the share that it budgets, each with what is known of the error of the prediction."""

from __future__ import annotations

import numpy as np

from planner.answers import DoesNotFit
from planner.formulas.memory import GIB
from planner.load import records
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment
from planner.physics.design import Designs
from planner.physics.footprint import Footprint, footprint
from planner.physics.graphs import charged
from planner.physics.kv_cache import cache_bytes
from planner.version import __version__

# Engines with this rule of memory refuse to start where one request of their context finds no room: vLLM,
# v1/core/kv_cache_utils.py check_enough_kv_cache_memory ("To serve at least one request with the model's max seq len").
REFUSING = "share_of_total"
# Engines that allocate their cache without a look at what is loaded and captured after it.
UNCHECKED = ("share_of_total", "static_share")
# In nine of ten start-up logs the cache is at most so many times as large as predicted, and the graphs are; a test
# counts them.
MOST_CACHE, MOST_GRAPHS = 1.08, 1.9
# As a share of what is usable of the GPU: sources differ by so much on the memory that a card has.
NEAR_OF_BUDGET = 0.02


def refusal(
    d: Deployment, designs: Designs, parts: Footprint, coefficients: Coefficients, notes: list[str]
) -> DoesNotFit | None:
    """Why the engine would not start or not last, or None; what is too near to tell is added to the notes."""
    return _short_of_context(d, designs, parts, notes) or _overrun(d, designs, coefficients)


def _short_of_context(d: Deployment, designs: Designs, parts: Footprint, notes: list[str]) -> DoesNotFit | None:
    """The engine's own rule: its cache must hold one request of its context."""
    context = d.settings.max_model_len or designs.model.max_context
    if context is None or designs.engines[0].memory_policy != REFUSING:
        return None
    need = float(cache_bytes(designs, np.array(float(context)))[0]) / GIB
    pool = float(parts.kv_pool[0, 0]) / GIB
    said = f"its cache of {pool:.1f} GiB is smaller than a request of its context of {context} tokens ({need:.1f} GiB)"
    if pool >= need:
        return None
    near = NEAR_OF_BUDGET * float(np.ravel(parts.budget)[0]) / GIB
    if pool * MOST_CACHE >= need or (pool > 0.0 and need - pool <= near):
        notes.append(f"it may not start: {said}")
        return None
    from planner.export.reading.flags import own_flag

    shorter = own_flag(designs.engines[0].id, "max_model_len") or "--max-model-len"
    return _record(d, designs, parts, need, need - pool, f"does not start: {said}; {shorter} shortens it")


def _overrun(d: Deployment, designs: Designs, coefficients: Coefficients) -> DoesNotFit | None:
    """What the engine loads and captures beside its budget finds no room: graphs that no budget counts, a drafter that
    is loaded after the cache."""
    if designs.engines[0].memory_policy not in UNCHECKED:
        return None
    parts = footprint(designs, coefficients, max_sequences=np.array([float(d.max_sequences)]), logged=True)
    counted = 1.0 if bool(charged(designs)[0]) else MOST_GRAPHS
    most = {name: float(np.ravel(part)[0]) / GIB for name, part in parts.parts().items()}
    most["cuda_graphs"] *= counted
    total = float(np.ravel(parts.total)[0]) / GIB
    over = sum(most.values()) - total
    if over <= 0.0:
        return None
    said = ", ".join(f"{name} {gib:.1f}" for name, gib in most.items())
    context = d.settings.max_model_len or designs.model.max_context or 1
    one = float(cache_bytes(designs, np.array(float(context)))[0]) / GIB
    reason = f"runs out of memory: {said} GiB at most, {over:.1f} GiB more than the {total:.1f} GiB of a GPU; "
    return _record(d, designs, parts, one, over, f"{reason}{_remedies(designs.engines[0].id)}")


def _remedies(engine: str) -> str:
    """What leaves room, in the engine's own words, or in those of this program where it has none."""
    from planner.export.reading.flags import own_flag

    share = own_flag(engine, "memory_fraction") or "--memory-fraction"
    return f"a smaller {share}, or {own_flag(engine, 'eager') or '--eager'}, leaves room"


def _record(
    d: Deployment, designs: Designs, parts: Footprint, sequence: float, missing: float, reason: str
) -> DoesNotFit:
    weights, budget, pool = (float(np.ravel(part)[0]) / GIB for part in (parts.weights, parts.budget, parts.kv_pool))
    return DoesNotFit(
        version=__version__, replica=records.replica(designs, 0, d.max_sequences), gpu=designs.gpus[0].name,
        weights_gib=weights, budget_gib=budget, kv_pool_gib=pool, sequence_gib=sequence, missing_gib=missing,
        reason=reason, assumptions=list(d.settings.texts()),
    )  # fmt: skip
