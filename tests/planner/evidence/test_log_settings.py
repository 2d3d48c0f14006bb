from __future__ import annotations

from planner.catalogs import Catalogs
from planner.evidence.log_case import read_case
from planner.evidence.log_settings import arguments
from planner.evidence.log_tokens import captured_gib, logged_pool_gib, logged_tokens
from planner.physics.coefficients import Coefficients
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


def test_a_log_without_a_release_is_read_by_its_day(catalogs: Catalogs) -> None:
    def captures(**cells: str) -> str:
        case, _, _ = read_case(log_row(engine_version="", **cells), catalogs, SHIPPED.memory)
        assert case is not None
        return case.engine.captures

    assert captures() == "both"
    assert captures(source="vllm-project/vllm#16570") == "pieces"
    assert captures(source="vllm-project/vllm#4229") == "decode"
    case, _, _ = read_case(log_row(engine_version="", consumed_gib="20"), catalogs, SHIPPED.memory)
    assert case is not None
    assert case.engine.memory_era == "vllm-0.26"


def test_two_pools_are_read_together() -> None:
    row = {
        "comment": "KV pools 35340 tok 5.4 GB, 565446 tok 8.62 GB; max_total_num_tokens 565446",
        "kv_cache_gib": "5.4", "kv_cache_tokens": "35340", "swa_tokens": "35340", "cuda_graph_gib": "-0.7",
    }  # fmt: skip
    assert logged_pool_gib(row) == 5.4 + 8.62
    assert logged_tokens(row) == 565_446
    assert captured_gib(row) is None
    assert logged_pool_gib({"kv_cache_gib": "2.0", "state_pool_gib": "3.0"}) == 5.0
