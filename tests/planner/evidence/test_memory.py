from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.evidence import memory
from planner.physics.coefficients import Coefficients
from tests.planner.evidence.conftest import log_row

SHIPPED = Coefficients.shipped()


def test_vllm_budget_identity(catalogs: Catalogs) -> None:
    out = memory.predict_row(log_row(), catalogs, SHIPPED)
    parts = sum(float(out[f"pred_{name}_gib"]) for name in ("weights", "non_torch", "activation", "kv"))
    assert parts == pytest.approx(79.18 * 0.9, abs=0.01)
    assert float(out["pred_weights_gib"]) == pytest.approx(14.9888, abs=1e-3)


def test_hybrid_blocks_and_tokens_of_qwen35(catalogs: Catalogs) -> None:
    # vLLM 0.19.2 on GB10: attention block 1056, 623,040 tokens in 47.55 GiB.
    cells = log_row(
        engine_version="0.19.2", model_hf_id="Qwen/Qwen3.6-35B-A3B", gpu="GB10 (DGX Spark)", gpu_mem_gib="121.6",
        gpu_memory_utilization="0.95", max_model_len="131072",
    )  # fmt: skip
    out = memory.predict_row(cells, catalogs, SHIPPED)
    assert int(out["pred_kv_tokens"]) % 1056 == 0
    assert int(out["pred_kv_tokens"]) == pytest.approx(623_040, rel=0.025)


def test_decode_context_parallel_multiplies_tokens(catalogs: Catalogs) -> None:
    cells = log_row(
        model_hf_id="deepseek-ai/DeepSeek-V3", tp="8", gpu="H200", gpu_mem_gib="139.7", engine_version="0.11"
    )
    one = memory.predict_row(cells, catalogs, SHIPPED)
    eight = memory.predict_row(cells | {"comment": "same with --decode-context-parallel-size 8"}, catalogs, SHIPPED)
    assert int(eight["pred_kv_tokens"]) == 8 * int(one["pred_kv_tokens"])


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"model_hf_id": "nobody/Nothing-1T"}, "nearest"),
        ({"gpu": "", "gpu_mem_gib": ""}, "neither a GPU"),
        ({"tp": "three"}, "tp"),
        ({"tp": "1e99"}, "tp"),
        ({"gpu_memory_utilization": "nan"}, "gpu_memory_utilization"),
        ({"engine": "mystery"}, "engine"),
        ({"tp": "5"}, "tp 5"),
        ({"model_hf_id": "/etc/passwd"}, "not known"),
    ],
)
def test_a_bad_row_says_why_and_keeps_its_place(catalogs: Catalogs, cells: dict[str, str], message: str) -> None:
    out = memory.predict_row(log_row(**cells), catalogs, SHIPPED)
    assert message in out["error"]
    assert "\n" not in out["error"]
