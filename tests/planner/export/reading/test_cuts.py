from __future__ import annotations

from planner.export.reading.cuts import split_of, width
from planner.export.reading.flags import Said
from planner.export.reading.line import Started
from planner.physics.split import Split
from tests.planner.export.reading.test_flags import of


def cut(engine: str, moe: bool, environment: dict[str, str] | None = None, **values: object) -> tuple[Split, int]:
    return split_of(Said(values), Started(of(engine), (), environment or {}), moe, [])


def test_ranks_of_data_parallelism_are_copies_of_a_dense_model() -> None:
    assert cut("vllm", False, tp="2", dp="4") == (Split(2), 4)
    assert cut("vllm", True, tp="2", dp="4", ep=True) == (Split(2, 1, 8, 4), 1)
    assert cut("vllm", True, tp="8", ep=True) == (Split(8, 1, 8), 1)
    assert cut("vllm", True, tp="8") == (Split(8), 1)


def test_engines_that_count_all_ranks_are_divided() -> None:
    assert cut("sglang", True, tp="8", dp="4", dp_attention=True) == (Split(2, 1, 8, 4), 1)
    assert cut("sglang", True, tp="8", dp_attention=True) == (Split(8), 1)
    assert cut("sglang", False, tp="2", dp="3") == (Split(2), 3)
    assert cut("tensorrt-llm", True, tp="8", ep_size="8", dp_attention=True) == (Split(1, 1, 8, 8), 1)
    assert cut("tensorrt-llm", True, tp="8", ep_size="8") == (Split(8, 1, 8), 1)


def test_layers_are_dealt_to_the_gpus_that_are_seen() -> None:
    assert cut("llama.cpp", False, tensor_split="1,1,0") == (Split(1, 2), 1)
    assert cut("llama.cpp", False, devices="CUDA0,CUDA1") == (Split(1, 2), 1)
    assert cut("llama.cpp", False, {"CUDA_VISIBLE_DEVICES": "4,5,6"}) == (Split(1, 3), 1)
    assert cut("llama.cpp", False, tensor_split="1,1", split_mode="none") == (Split(), 1)


def test_a_width_that_is_a_variable_is_one_and_said() -> None:
    notes: list[str] = []
    assert width(Said({"tp": "$TP"}), "tp", notes) == 1
    assert notes == ["tp is $TP in the line: taken as 1"]
