"""Processes as columns of designs."""

from __future__ import annotations

import numpy as np

from planner.catalogs import Catalogs
from planner.physics.deployment import Deployment, one_design
from planner.physics.ggml.columns import LEAST_SHARE, device_share, processes, unified
from planner.request.engine import EngineSettings


def of(catalogs: Catalogs, engine: str = "llama.cpp", **settings: object):  # type: ignore[no-untyped-def]
    d = Deployment("Qwen/Qwen3-30B-A3B", "RTX 4090", weights="q4_k_m" if engine != "vllm" else None, engine=engine,
                   settings=EngineSettings.model_validate(settings))  # fmt: skip
    return one_design(d, catalogs)[0]


def test_other_engines_have_no_process(catalogs: Catalogs) -> None:
    assert np.isnan(processes(of(catalogs, "vllm")).weights).all()
    assert device_share(of(catalogs, "vllm"))[0] == 1.0


def test_experts_on_the_cpu_leave_weights_and_cost_a_larger_compute_buffer(catalogs: Catalogs) -> None:
    whole, part = processes(of(catalogs)), processes(of(catalogs, n_cpu_moe=24))
    assert part.weights[0] < 0.6 * whole.weights[0]
    assert part.compute[0] > whole.compute[0]


def test_a_cache_whose_size_is_set_is_whole(catalogs: Catalogs) -> None:
    assert np.isnan(processes(of(catalogs)).cache[0])
    set_to = processes(of(catalogs, ctx_size=8192)).cache[0]
    assert set_to == 8192 * 48 * 2 * 4 * 128 * 2
    assert processes(of(catalogs, "ollama")).cache[0] == 4 * set_to


def test_on_one_memory_what_is_on_the_host_counts_too(catalogs: Catalogs) -> None:
    cards = {name: one_design(Deployment("Qwen/Qwen3-30B-A3B", name, weights="q4_k_m", engine="llama.cpp"), catalogs)[0]
             for name in ("RTX 4090", "Radeon 8060S", "M3 Max")}  # fmt: skip
    assert {name: unified(d.gpus[0]) for name, d in cards.items()} == dict(zip(cards, (False, True, True), strict=True))
    weights = {name: processes(d).weights[0] for name, d in cards.items()}
    assert weights["RTX 4090"] < weights["Radeon 8060S"] == weights["M3 Max"]


def test_the_share_of_layers_on_the_device(catalogs: Catalogs) -> None:
    assert device_share(of(catalogs, n_gpu_layers=25))[0] == 0.5
    assert device_share(of(catalogs, n_gpu_layers=0))[0] == LEAST_SHARE
