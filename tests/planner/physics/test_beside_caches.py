from __future__ import annotations

import numpy as np
import pytest

from planner.load.curves import plain_load
from planner.load.grid import GRID
from planner.physics.step import IN_CACHE
from planner.plan.context import Context
from planner.search.prepared import Studied
from tests.planner.conftest import chat_request

MODELS = (
    "meta-llama/Llama-3.3-70B-Instruct", "openai/gpt-oss-120b", "deepseek-ai/DeepSeek-V3", "Qwen/Qwen3.5-35B-A3B",
)  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_other_contexts_change_the_attention_over_caches_alone(context: Context, name: str) -> None:
    """Bit for bit what is computed from nothing: windows, latent caches, states and experts."""
    _, designs = context.scope(chat_request(model=name), context.catalogs.models.find(name).model)
    steps = Studied(designs, context.coefficients)._steps
    known = steps.beside_caches(plain_load(steps, 1.0), len(GRID))
    assert len(steps.designs) * len(GRID) > IN_CACHE or "Llama" not in name, "in several blocks"
    some = np.arange(0, len(steps.designs), 7)
    for tokens in (3.0, 900.0, 50_000.0):
        load = plain_load(steps, tokens)
        found = steps.seconds(load, len(GRID), known)
        np.testing.assert_array_equal(found, steps.seconds(load, len(GRID)))
        few = steps.take(some)
        np.testing.assert_array_equal(few.seconds(load, len(GRID), known.take(some)), found[some])
