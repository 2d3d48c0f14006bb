from __future__ import annotations

from dataclasses import replace

import pytest

from planner.catalogs import Catalogs
from planner.formulas.memory import GIB
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.physics.design import Designs
from planner.physics.engines import Engine, find_engine
from planner.physics.first_start import compiled_copies, has_delta_nets, tuned_bytes
from planner.physics.split import Split
from planner.request.engine import EngineSettings
from planner.request.memory import MemorySettings
from tests.planner.conftest import EIGHT, one_gpu

SHIPPED = Coefficients.shipped()
HYBRID = "Qwen/Qwen3.5-35B-A3B"


def tuned_gib(catalogs: Catalogs, gpu: str, engine: Engine, model: str = HYBRID) -> float:
    d = one_gpu(catalogs, engine.id, model)
    on = catalogs.hardware.accelerator(gpu)
    designs = Designs.single(d.model, on, d.formats[0], d.kv_formats[0], engine, Split())
    return float(tuned_bytes(designs, SHIPPED.memory)[0]) / GIB


def warm(engine: Engine) -> Engine:
    return replace(engine, settings=EngineSettings(memory=MemorySettings(warm_start=True)))


@pytest.mark.parametrize(("gpu", "gib"), [("RTX 5090", 3.42), ("A100 PCIe 40GB", 2.18)])
def test_tuning_costs_a_card_by_its_multiprocessors(catalogs: Catalogs, gpu: str, gib: float) -> None:
    # vLLM issue 36973, and first against later starts of Qwen3.6-35B-A3B on four A100.
    assert tuned_gib(catalogs, gpu, find_engine("vllm", "0.27")) == pytest.approx(gib, rel=0.01)


def test_nothing_is_tuned_again_before_the_release_or_on_other_kernels(catalogs: Catalogs) -> None:
    new = find_engine("vllm", "0.27")
    assert tuned_gib(catalogs, "RTX 5090", warm(new)) == 0.0
    assert tuned_gib(catalogs, "RTX 5090", find_engine("vllm", "0.17")) == 0.0
    assert tuned_gib(catalogs, "H100 SXM", new) == 0.0
    assert tuned_gib(catalogs, "RTX 5090", new, EIGHT) == 0.0
    assert not has_delta_nets(catalogs.models.find(EIGHT).model)


def test_a_compile_counts_as_activation_unless_it_is_cached_or_there_is_none(catalogs: Catalogs) -> None:
    model, new = catalogs.models.find(EIGHT).model, find_engine("vllm", "0.24")
    assert compiled_copies(new, model, SHIPPED.memory) == SHIPPED.memory.compile_copies
    eager = replace(new, settings=EngineSettings(eager=True))
    for engine in (warm(new), eager, find_engine("vllm", "0.18")):
        assert compiled_copies(engine, model, SHIPPED.memory) == 0.0


def test_an_estimate_says_that_it_is_of_a_first_start(catalogs: Catalogs) -> None:
    def texts(**memory: bool) -> list[str]:
        settings = EngineSettings(memory=MemorySettings(**memory))
        return one_design(Deployment(HYBRID, "RTX 5090", weights="int4", settings=settings), catalogs)[1]

    assert any("--warm-start" in text for text in texts())
    assert not any("--warm-start" in text for text in texts(warm_start=True))
