from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.evidence.log_case import read_case
from planner.evidence.log_settings import arguments, stated_sequences
from planner.physics.coefficients import Coefficients
from planner.physics.engines import find_engine
from tests.planner.evidence.conftest import log_row

SHIPPED = Coefficients.shipped()


def test_columns_and_arguments_set_the_engine(catalogs: Catalogs) -> None:
    row = log_row(
        engine="sglang", model_hf_id="Qwen/Qwen3.5-27B", capture_sizes_max="24", prefix_caching="True",
        vision="no (language model only)", lora="yes rank 32 n 7",
        engine_args="mamba_full_memory_ratio=0.5; max_mamba_cache_size=40; mamba_ssm_cache_dtype=float16",
    )  # fmt: skip
    assert arguments(row)["max_mamba_cache_size"] == "40"
    case, _, _ = read_case(row, catalogs, SHIPPED.memory)
    assert case is not None
    memory = case.engine.settings.memory
    assert (memory.capture_size, memory.prefix_caching, memory.text_only) == (24, True, True)
    assert (memory.adapters, memory.adapter_rank, memory.state_type) == (7, 32, "float16")
    assert (memory.state_ratio, memory.state_slots) == (0.5, 40)


def test_no_captured_size_is_eager_and_a_head_is_a_drafter(catalogs: Catalogs) -> None:
    case, weights, _ = read_case(
        log_row(capture_sizes_max="0", draft_method="eagle3", draft_tokens="5"), catalogs, SHIPPED.memory
    )
    assert case is not None
    assert case.engine.eager
    assert case.engine.draft_tokens == 5
    assert weights < 15.1  # the head is beside the model


def test_sequences_follow_from_the_largest_graph_unless_it_is_the_most_that_is_captured() -> None:
    engine = find_engine("vllm", "0.24")
    assert stated_sequences(log_row(max_num_seqs="7", capture_sizes_max="64"), engine) == 7
    assert stated_sequences(log_row(engine_args="max_num_seqs=2"), engine) == 2
    assert stated_sequences(log_row(capture_sizes_max="64"), engine) == 32
    assert stated_sequences(log_row(capture_sizes_max="512"), engine) is None
    assert stated_sequences(log_row(capture_sizes_max="0"), engine) is None
    assert stated_sequences(log_row(capture_sizes_max="64"), find_engine("vllm", "0.7")) is None


@pytest.mark.parametrize(
    "columns", [{"max_model_len": "0"}, {"capture_sizes_max": "-3"}, {"lora": "yes rank 99999999999"},
                {"engine_args": "mamba_full_memory_ratio=-1"}, {"engine_args": "swa_full_tokens_ratio=1e300"}],
)  # fmt: skip
def test_what_is_out_of_bounds_is_one_line(columns: dict[str, str], catalogs: Catalogs) -> None:
    with pytest.raises(InputError) as error:
        read_case(log_row(**columns), catalogs, SHIPPED.memory)
    assert "\n" not in str(error.value)


def test_a_number_that_is_not_finite_is_not_taken(catalogs: Catalogs) -> None:
    row = log_row(engine_args="max_mamba_cache_size=nan; mamba_full_memory_ratio=inf")
    case, _, _ = read_case(row, catalogs, SHIPPED.memory)
    assert case is not None
    assert case.engine.settings.memory.state_ratio is None
    assert case.engine.settings.memory.state_slots is None
