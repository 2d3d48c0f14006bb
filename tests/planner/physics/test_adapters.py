from __future__ import annotations

from dataclasses import replace

import pytest

from planner.catalogs import Catalogs
from planner.physics.adapters import adapter_bytes
from planner.physics.design import Designs
from planner.physics.engines import find_engine
from planner.physics.split import Split
from planner.request.engine import EngineSettings
from planner.request.memory import MemorySettings
from tests.planner.conftest import designs


def slots(catalogs: Catalogs, adapters: int, rank: int = 16, tp: int = 1) -> float:
    any_of = designs(catalogs, "meta-llama/Llama-2-7b-chat-hf", "H100")
    settings = EngineSettings(memory=MemorySettings(adapters=adapters, adapter_rank=rank))
    engine = replace(find_engine("vllm"), settings=settings)
    d = Designs.single(any_of.model, any_of.gpus[0], any_of.formats[0], any_of.kv_formats[0], engine, Split(tp=tp))
    return float(adapter_bytes(d)[0])


def test_a_slot_is_two_factors_of_each_projection(catalogs: Catalogs) -> None:
    # Llama-2-7B: four of 4096 x 4096, three of 4096 x 11008, 32 layers, 16 bit.
    sides = 4 * (4096 + 4096) + 3 * (4096 + 11008)
    assert slots(catalogs, 1) == pytest.approx(32 * sides * 16 * 2)
    assert slots(catalogs, 3, rank=64) == pytest.approx(12 * slots(catalogs, 1))
    assert slots(catalogs, 0) == 0.0
    assert slots(catalogs, 1, tp=2) < slots(catalogs, 1)
