"""Printed parts add up to the printed means, whatever is served and however it is loaded."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle, product
from typing import Any

import numpy as np
import pytest

from planner.answers import Estimate, LatencyParts
from planner.catalogs import Catalogs
from planner.deployment.estimate import estimate
from planner.load.breakdown import under_arrivals
from planner.load.curves import curves
from planner.load.demand import Demand
from planner.load.latency import latency
from planner.load.sums import total
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment
from planner.physics.split import Split
from planner.physics.step import StepModel
from planner.request.engine import EngineSettings
from tests.consistency.drawn import TORTURE
from tests.planner.conftest import EIGHT, SEVENTY, one_gpu

SHIPPED = Coefficients.shipped()
MLA, HYBRID, STATES = "deepseek-ai/DeepSeek-V3", "Qwen/Qwen3-Next-80B-A3B-Instruct", "nvidia/Nemotron-H-8B-Base-8K"
SERVED: dict[str, dict[str, Any]] = {
    "dense": {"model": EIGHT},
    "dense eager": {"model": EIGHT, "settings": EngineSettings(eager=True)},
    "dense tp": {"model": SEVENTY, "weights": "fp8", "split": Split(tp=4)},
    "dense pp": {"model": SEVENTY, "weights": "fp8", "split": Split(tp=2, pp=2)},
    "dense sglang": {"model": EIGHT, "engine": "sglang"},
    "dense trtllm": {"model": EIGHT, "engine": "trtllm"},
    "dense llama.cpp": {"model": EIGHT, "engine": "llamacpp", "weights": "q4_k_m"},
    "draft model": {"model": EIGHT, "settings": EngineSettings(speculation="draft:meta-llama/Llama-3.2-1B-Instruct:4")},
    "moe ep": {"model": "Qwen/Qwen3-30B-A3B", "split": Split(tp=2, ep=2)},
    "moe eager": {"model": "Qwen/Qwen3-30B-A3B", "split": Split(tp=2), "settings": EngineSettings(eager=True)},
    "mla": {"model": MLA, "gpu": "H200", "split": Split(tp=8)},
    "mla dp ep": {"model": MLA, "gpu": "H200", "split": Split(ep=8, dp=8)},
    "mla mtp": {"model": MLA, "gpu": "H200", "split": Split(tp=8), "settings": EngineSettings(speculation="mtp:1")},
    "hybrid": {"model": HYBRID, "split": Split(tp=4)},
    "states": {"model": STATES},
    "small budget": {"model": EIGHT, "settings": EngineSettings(max_num_batched_tokens=256)},
}
LOADS: tuple[dict[str, float], ...] = (
    {"concurrency": 1.0}, {"concurrency": 24.0}, {"concurrency": 600.0}, {"rate_per_s": 0.01}, {"rate_per_s": 1.5},
)  # fmt: skip
DEMANDS = (Demand.simple(700, 150, cv_isl=0.0, cv_osl=0.0), Demand.simple(1100, 40, cv_isl=0.8, cv_osl=0.5))


def found(catalogs: Catalogs, load: dict[str, float], demand: Demand, **served: Any) -> Estimate:
    out = estimate(Deployment(**({"gpu": "H100"} | served | load)), demand, catalogs, SHIPPED)
    assert isinstance(out, Estimate)
    return out


def check_means(made: LatencyParts, mean_s: float) -> None:
    assert made.mean_ms == pytest.approx(mean_s * 1e3, rel=1e-9)
    assert sum(part.ms for part in made.parts) == pytest.approx(made.mean_ms, rel=1e-9)
    for part in made.parts:
        if np.isfinite(part.ms):
            assert part.ms == pytest.approx(part.count * part.each_ms - part.hidden_ms, rel=1e-9, abs=1e-9), part.name


@pytest.mark.parametrize("name", SERVED)
def test_printed_parts_add_up_to_printed_totals(catalogs: Catalogs, name: str) -> None:
    for load, demand in product(LOADS, DEMANDS) if TORTURE else zip(LOADS, cycle(DEMANDS), strict=False):
        out = found(catalogs, load, demand, **SERVED[name])
        check_means(out.ttft_parts, out.latency.ttft_s.mean)
        check_means(out.tpot_parts, out.latency.tpot_s.mean)
        for step in (out.decode_step, out.prefill_step):
            assert sum(t.ms for t in step.terms) == pytest.approx(step.total_ms, rel=1e-9)
            for t in step.terms:
                assert t.ms == pytest.approx(t.compute_ms + t.bandwidth_ms + t.fixed_ms - t.hidden_ms, rel=1e-9)
                assert t.hidden_ms > -1e-9, t.name
        tokens = {part.name: part for part in out.tpot_parts.parts}
        assert tokens["decode step"].each_ms == pytest.approx(out.decode_step.total_ms, rel=1e-9)
        m = out.memory
        assert sum(part.gib for part in m.parts) + m.free_gib + m.driver_gib == pytest.approx(m.card_gib)
        assert min(m.free_gib, m.driver_gib, m.reserve_gib) > -1e-9


def test_launches_of_an_eager_engine_are_shown_with_what_the_device_hides(catalogs: Catalogs) -> None:
    graphs, eager = (found(catalogs, LOADS[0], DEMANDS[0], **SERVED[name]) for name in ("dense", "dense eager"))
    launches = {t.name: t for t in eager.decode_step.terms}["launches"]
    assert launches.fixed_ms > launches.hidden_ms > 0.5 * launches.fixed_ms
    device = sum(t.ms for t in eager.decode_step.terms if t.name not in ("launches", "host"))
    assert launches.ms == pytest.approx(np.hypot(device, launches.fixed_ms) - device)
    assert "launches" not in {t.name for t in graphs.decode_step.terms}


def test_a_client_alone_waits_for_nobody(catalogs: Catalogs) -> None:
    alone, many = (found(catalogs, load, DEMANDS[0], model=EIGHT) for load in LOADS[:2])
    names = [{part.name for part in out.ttft_parts.parts} for out in (alone, many)]
    waits = {"further steps", "prompts of others", "streams of others"}
    assert not names[0] & waits
    assert names[1] >= waits


def test_beyond_the_slots_a_request_waits_for_one(catalogs: Catalogs) -> None:
    out = found(catalogs, {"concurrency": 600.0}, DEMANDS[0], model=EIGHT, settings=EngineSettings(max_num_seqs=64))
    parts = {part.name: part.ms for part in out.ttft_parts.parts}
    assert parts["wait for a slot"] > 0.5 * out.ttft_parts.mean_ms


def test_beyond_saturation_the_wait_has_no_end(catalogs: Catalogs) -> None:
    out = found(catalogs, {"rate_per_s": 500.0}, DEMANDS[0], model=EIGHT)
    parts = {part.name: part.ms for part in out.ttft_parts.parts}
    assert parts["wait for a slot"] == out.ttft_parts.mean_ms == np.inf
    assert np.isfinite([ms for name, ms in parts.items() if name != "wait for a slot"]).all()


def test_parts_add_up_over_levels_of_the_rate_and_under_bursts(catalogs: Catalogs) -> None:
    design = one_gpu(catalogs, "vllm")
    for cv, levels in ((1.0, ((0.5, 0.7), (2.0, 0.3))), (2.5, ((1.0, 1.0),)), (2.5, ((0.2, 0.5), (1.8, 0.5)))):
        demand = replace(Demand.simple(1000.0, 200.0, cv_arrival=cv), levels=levels)
        c = curves(design, demand, SHIPPED, caution=1.3, first=1.2)
        figures = latency(c.central, np.array([3.0]), np.array([32.0]))
        made = under_arrivals(c, StepModel.of(design, SHIPPED), 3.0, 32.0)
        assert total(made.ttft)[0] == pytest.approx(figures.value("ttft", "mean")[0], rel=1e-9)
        assert total(made.tpot)[0] == pytest.approx(figures.value("tpot", "mean")[0], rel=1e-9)
        assert made.ttft["prompts of others"].seconds[0] > 0.0
