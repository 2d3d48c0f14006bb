"""The cells that are chosen where nobody says how many."""

from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.formulas.memory import MIB
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.physics.footprint import Footprint, footprint
from planner.physics.ggml.cells import PAD, cells_of, chosen_by_memory, step_of
from planner.physics.split import Split
from planner.request.engine import EngineSettings

CASES = {
    "dense": ("meta-llama/Llama-3.1-8B-Instruct", "RTX 4090", Split(), 8),
    "two devices": ("meta-llama/Llama-3.1-8B-Instruct", "RTX 4090", Split(pp=2), 32),
    "windows": ("google/gemma-3-27b-it", "RTX 5090", Split(), 64),
    "states": ("Qwen/Qwen3-Next-80B-A3B-Instruct", "A100 SXM 80GB", Split(), 16),
    "one memory": ("Qwen/Qwen3-30B-A3B", "M3 Max", Split(), 4),
}


def held(d: Deployment, catalogs: Catalogs, coefficients: Coefficients, sequences: int) -> Footprint:
    designs, _ = one_design(d, catalogs)
    return footprint(designs, coefficients, max_sequences=np.array([float(sequences)]))


def deployment(name: str, **settings: object) -> tuple[Deployment, int]:
    model, gpu, split, sequences = CASES[name]
    found = Deployment(model, gpu, weights="gguf_q4_k_m", engine="llama.cpp", split=split,
                       settings=EngineSettings.model_validate(settings))  # fmt: skip
    return found, sequences


@pytest.mark.parametrize("name", list(CASES))
def test_a_process_that_states_them_takes_the_same_memory(
    catalogs: Catalogs, coefficients: Coefficients, name: str
) -> None:
    d, sequences = deployment(name)
    chosen = held(d, catalogs, coefficients, sequences)
    design = one_design(d, catalogs)[0]
    cells = cells_of(
        design.model, design.kv_formats[0], design.engines[0], d.split.pp, sequences, float(chosen.kv_pool[0, 0])
    )
    said, _ = deployment(name, ctx_size=cells, parallel=sequences, kv_unified=True)
    stated = held(said, catalogs, coefficients, sequences)
    for part, value in chosen.parts().items():
        assert np.ravel(stated.parts()[part])[0] == pytest.approx(np.ravel(value)[0], rel=1e-3), part
    assert chosen.kv_pool[0, 0] > 0.0
    assert float(np.ravel(sum(stated.parts().values()))[0]) <= float(stated.total[0, 0])


def test_the_cache_and_its_graph_leave_no_room_for_another_step(catalogs: Catalogs, coefficients: Coefficients) -> None:
    chosen = held(deployment("dense")[0], catalogs, coefficients, 8)
    spent = float(np.ravel(sum(part for name, part in chosen.parts().items() if name != "kv_cache"))[0])
    room = 0.97 * (float(chosen.total[0, 0]) - spent)
    # A pad of cells: 32 layers, K and V of 8 heads of 128 in 16 bit.
    assert 0.0 <= room - chosen.kv_pool[0, 0] <= PAD * 32 * 2 * 8 * 128 * 2 + MIB


def test_no_more_cells_than_all_sequences_can_fill(catalogs: Catalogs, coefficients: Coefficients) -> None:
    one = held(deployment("states")[0], catalogs, coefficients, 1)
    several = held(deployment("states")[0], catalogs, coefficients, 2)
    assert one.kv_pool[0, 0] < several.kv_pool[0, 0]
    design = one_design(deployment("states")[0], catalogs)[0]
    held_cells = cells_of(design.model, design.kv_formats[0], design.engines[0], 1, 1, float(one.kv_pool[0, 0]))
    assert held_cells == design.model.max_context


def test_cells_that_are_set_or_in_host_memory_are_not_chosen(catalogs: Catalogs) -> None:
    for settings, chosen in (({}, True), ({"ctx_size": 4096}, False), ({"no_kv_offload": True}, False)):
        design = one_design(deployment("dense", **settings)[0], catalogs)[0]
        assert chosen_by_memory(design.engines[0], design.model) is chosen, settings
    design = one_design(deployment("dense", parallel=4)[0], catalogs)[0]
    assert step_of(design.engines[0]) == 4 * PAD
