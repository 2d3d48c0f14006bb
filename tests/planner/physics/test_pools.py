from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.formulas.memory import GIB
from planner.physics.design import Designs
from planner.physics.engines import find_engine
from planner.physics.kv_cache import cache_bytes
from planner.physics.pools import hybrid_bytes, slot_bytes, state_pool, token_capacity, windowed_bytes
from planner.physics.split import Split
from planner.request.engine import EngineSettings
from planner.request.memory import MemorySettings
from tests.planner.conftest import designs

HYBRID = "Qwen/Qwen3.5-27B"


def one(catalogs: Catalogs, name: str, *, tp: int = 1, kv: str = "bf16", **memory: object) -> Designs:
    any_of = designs(catalogs, name, "H100", kv=kv)
    settings = EngineSettings(memory=MemorySettings.model_validate(memory))
    engine = replace(find_engine("sglang"), settings=settings)
    return Designs.single(any_of.model, any_of.gpus[0], any_of.formats[0], any_of.kv_formats[0], engine, Split(tp=tp))


@pytest.mark.parametrize(
    ("name", "tp", "ratio", "gib", "tokens"),
    [
        # mattbucci/2x-3090-GA102-300-A1-sglang-inference: the pools of two cards by ratio.
        ("google/gemma-4-12B-it", 2, 0.03, 14.02, 706_807),
        ("google/gemma-4-12B-it", 2, 0.8, 14.02, 102_094),
        ("google/gemma-4-31B-it", 2, 0.25, 8.32, 62_354),
        # Deployment note 66975556316: layers that share a cache are allocated, too.
        ("google/gemma-4-E4B-it", 1, 0.8, 79.94, 997_846),
    ],
)
def test_windows_have_a_pool_of_their_own(
    catalogs: Catalogs, name: str, tp: int, ratio: float, gib: float, tokens: int
) -> None:
    found = token_capacity(one(catalogs, name, tp=tp, window_ratio=ratio), np.array([gib * GIB]))[0]
    assert found == pytest.approx(tokens, rel=0.002)


def test_states_take_their_share_in_whole_slots(catalogs: Catalogs) -> None:
    # Deployment note 65830671609: 330,323 tokens beside the states in 38.08 GiB.
    d, pool = one(catalogs, HYBRID), np.array([38.08 * GIB])
    assert token_capacity(d, pool)[0] == pytest.approx(330_323, rel=0.002)
    assert state_pool(d, pool)[0] % slot_bytes(d)[0] == pytest.approx(0.0, abs=1.0)
    fixed = state_pool(one(catalogs, HYBRID, state_slots=360), pool)[0]
    assert fixed == pytest.approx(361 * float(slot_bytes(d)[0]))


def test_a_sequence_is_charged_for_the_pool_that_fills_first(catalogs: Catalogs) -> None:
    hybrid, windowed = one(catalogs, HYBRID), one(catalogs, "google/gemma-4-12B-it")
    few, many = np.array(16.0), np.array(100_000.0)
    assert hybrid_bytes(hybrid, few)[0] == hybrid_bytes(hybrid, few + 1)[0]
    assert hybrid_bytes(hybrid, many)[0] < hybrid_bytes(hybrid, many + 1)[0]
    assert cache_bytes(windowed, many)[0] == windowed_bytes(windowed, many)[0]
    # Within the window the smaller pool of windows is the one that fills.
    assert windowed_bytes(windowed, np.array(1024.0))[0] > 1.2 * windowed_bytes(windowed, np.array(1025.0 * 0.8))[0]
