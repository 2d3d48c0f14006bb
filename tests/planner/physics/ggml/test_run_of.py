"""From settings of an engine to a process, its defaults by version included."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models_db.formats import find_kv_format
from models_db.schema import Model
from planner.formulas.memory import GIB
from planner.physics.engines import configured
from planner.physics.ggml.run_of import build_at, context_of, run_of
from planner.physics.ggml.settings import Process
from planner.request.engine import EngineSettings

KV = find_kv_format("fp16")
NAME = "Qwen/Qwen3-8B"


def process(model: Model, engine: str = "llama.cpp", devices: int = 1, **settings: object) -> Process:
    return run_of(model, KV, configured(engine, EngineSettings.model_validate(settings)), devices=devices)


def test_settings_by_their_own_names(named: Callable[[str], Model]) -> None:
    run = process(
        named(NAME), ctx_size=32_768, parallel=4, batch_size=1024, ubatch_size=256, flash_attn="on",
        cache_type_k="q8_0", cache_type_v="q4_0", n_gpu_layers=30, swa_full=True, no_kv_offload=True,
        engine_version="9600",
    )  # fmt: skip
    assert (run.n_ctx, run.n_parallel, run.n_ubatch, run.flash) == (32_768, 4, 256, True)
    assert (run.k_bits, run.v_bits, run.streams, run.rows) == (8.5, 4.5, 4, 4)
    assert (run.layers_on_cpu, run.output_on_cpu, run.swa_full, run.kv_on_cpu) == (7, False, True, True)


def test_defaults_follow_the_build(named: Callable[[str], Model]) -> None:
    old, new = (process(named(NAME), engine_version=version) for version in ("3000", "10000"))
    assert (old.flash, old.n_parallel, old.rows) == (False, 1, None)
    assert (new.flash, new.n_parallel, new.streams, new.rows) == (True, 4, 1, 4)


def test_several_devices_work_on_several_batches_where_all_layers_are_on_them(named: Callable[[str], Model]) -> None:
    model = named("Qwen/Qwen3-30B-A3B")
    assert process(model, devices=2).pipelined
    assert not process(model, devices=2, n_cpu_moe=1).pipelined
    assert not process(model, devices=2, n_gpu_layers=20).pipelined
    assert not process(model).pipelined


@pytest.mark.parametrize(
    ("version", "cells", "slots", "flash", "build"),
    [("0.1.48", 2048, 1, False, 3000), ("0.5.12", 2048, 4, False, 4640), ("0.6.7", 4096, 4, False, 5200),
     ("0.11.0", 4096, 1, False, 5420), ("0.12.11", 4096, 1, True, 6400), ("0.32.15", 32_768, 1, True, 10_488)],
)  # fmt: skip
def test_ollama_as_of_its_version(
    named: Callable[[str], Model], version: str, cells: int, slots: int, flash: bool, build: int
) -> None:
    engine = configured("ollama", EngineSettings(engine_version=version))
    run = run_of(named(NAME), KV, engine, memory_bytes=24 * GIB)
    assert (run.n_ctx, run.n_parallel, run.build.number) == (cells * slots, slots, build)
    assert run.flash is (flash and build >= 6325)
    assert build_at(engine).number == build


@pytest.mark.parametrize(("gib", "cells"), [(16, 4096), (24, 32_768), (48, 40_960)])
def test_a_context_by_memory_stays_within_the_models(named: Callable[[str], Model], gib: int, cells: int) -> None:
    assert context_of(named(NAME), configured("ollama", EngineSettings()), gib * GIB) == cells
