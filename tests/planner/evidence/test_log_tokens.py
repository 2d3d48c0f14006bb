from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.evidence.log_case import read_case
from planner.evidence.log_tokens import captured_gib, log_tokens, logged_pool_gib, logged_tokens
from planner.formulas.memory import GIB
from planner.physics.coefficients import Coefficients
from tests.planner.evidence.conftest import log_row

SHIPPED = Coefficients.shipped()


def test_two_pools_are_read_together() -> None:
    row = {
        "comment": "KV pools 35340 tok 5.4 GB, 565446 tok 8.62 GB; max_total_num_tokens 565446",
        "kv_cache_gib": "5.4", "kv_cache_tokens": "35340", "swa_tokens": "35340", "cuda_graph_gib": "-0.7",
    }  # fmt: skip
    assert logged_pool_gib(row) == 5.4 + 8.62
    assert logged_tokens(row) == 565_446
    assert captured_gib(row) is None
    assert logged_pool_gib({"kv_cache_gib": "2.0", "state_pool_gib": "3.0"}) == 5.0


@pytest.mark.parametrize(
    ("cells", "gib", "tokens"),
    [
        # ChuDinhKlopp/inference-bench: four A100, concurrency times context.
        ({"engine_version": "0.27.0", "model_hf_id": "Qwen/Qwen3.6-35B-A3B", "tp": "4", "max_model_len": "65536"},
         15.0, 1_525_248),
        # jethac/dgx-spark-hijinks: blocks over groups of layers with and without a window.
        ({"engine_version": "0.20.0", "model_hf_id": "google/gemma-4-26B-A4B-it"}, 44.03, 192_368),
        # manojarulmurugan/SpecDecoding-Study-vLLM-SGLang: a layer more with an EAGLE head.
        ({"engine_version": "0.24.0", "draft_method": "eagle3", "draft_tokens": "5"}, 50.27, 399_360),
    ],
)  # fmt: skip
def test_tokens_of_a_logged_pool(catalogs: Catalogs, cells: dict[str, str], gib: float, tokens: int) -> None:
    case, _, _ = read_case(log_row(**cells), catalogs, SHIPPED.memory)
    assert case is not None
    assert log_tokens(case, gib * GIB) == pytest.approx(tokens, rel=0.001)


def test_batches_in_flight_leave_fewer_tokens(catalogs: Catalogs) -> None:
    def held(batched: int) -> float:
        cells = {"engine_version": "0.24", "model_hf_id": "google/gemma-4-26B-A4B-it", "max_model_len": "32768"}
        case, _, _ = read_case(log_row(**cells, max_num_batched_tokens=str(batched)), catalogs, SHIPPED.memory)
        assert case is not None
        assert case.engine.in_flight_batches == 2
        return log_tokens(case, 44 * GIB)

    assert held(8192) < 0.8 * held(1024)
