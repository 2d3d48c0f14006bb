from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.formulas.memory import GIB
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.physics.footprint import Footprint, footprint
from planner.physics.offload import offloaded_bytes
from planner.request.engine import EngineSettings
from planner.request.memory import MemorySettings
from tests.planner.conftest import EIGHT, one_gpu


def parts(catalogs: Catalogs, gib: float | None, engine: str = "vllm") -> Footprint:
    settings = EngineSettings(memory=MemorySettings(cpu_offload_gib=gib))
    design, _ = one_design(Deployment(EIGHT, "RTX 4090", engine=engine, settings=settings), catalogs)
    return footprint(design, Coefficients.shipped(), max_sequences=np.array([64.0]))


@pytest.mark.parametrize("engine", ["vllm", "sglang"])
def test_what_is_offloaded_is_room_for_the_cache(catalogs: Catalogs, engine: str) -> None:
    whole, some = parts(catalogs, None, engine), parts(catalogs, 6.0, engine)
    assert float(np.ravel(whole.weights - some.weights)[0]) == pytest.approx(6 * GIB)
    share = 0.88 if engine == "sglang" else 1.0
    assert float(some.kv_pool[0, 0] - whole.kv_pool[0, 0]) >= 6 * GIB * share


def test_embeddings_and_head_stay_on_the_gpu(catalogs: Catalogs) -> None:
    left = float(np.ravel(parts(catalogs, 100.0).weights)[0])
    assert left == pytest.approx(2 * 128_256 * 4096 * 2, rel=1e-3)
    design, _ = one_design(Deployment(EIGHT, "RTX 4090"), catalogs)
    assert float(offloaded_bytes(design, np.array([15 * GIB]))[0]) == 0.0


def test_one_memory_is_not_larger_for_it(catalogs: Catalogs) -> None:
    design = one_gpu(catalogs, "vllm", EIGHT)
    settings = EngineSettings(memory=MemorySettings(cpu_offload_gib=4.0))
    engine = replace(design.engines[0], settings=settings)
    for gpu, gib in (("GB10", 0.0), ("RTX 4090", 4.0)):
        on = replace(design, engines=(engine,), gpus=(catalogs.hardware.accelerator(gpu),))
        assert float(offloaded_bytes(on, np.array([15 * GIB]))[0]) == gib * GIB


def test_engines_without_the_flag_refuse_it(catalogs: Catalogs) -> None:
    with pytest.raises(InputError, match=r"cpu_offload_gib: is a setting of vLLM and SGLang, not of TGI"):
        parts(catalogs, 4.0, "tgi")
