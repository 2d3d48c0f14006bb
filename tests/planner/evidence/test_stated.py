from __future__ import annotations

from planner.catalogs import Catalogs
from planner.evidence import memory
from planner.evidence.box import log_rows
from planner.evidence.log_tokens import logged_tokens
from planner.evidence.sources import sources
from planner.evidence.stated import POOL, POOLS, gguf_unstated, memory_unstated
from planner.physics.coefficients import Coefficients
from tests.planner.evidence.conftest import log_row

SHIPPED = Coefficients.shipped()


def test_every_pool_far_off_has_a_reason(catalogs: Catalogs) -> None:
    judged = 0
    for line in log_rows():
        predicted, tokens = memory.predict_row(line, catalogs, SHIPPED)["pred_kv_tokens"], logged_tokens(line)
        if predicted and tokens and "KV tokens" not in memory_unstated(line):
            off = abs(float(predicted) / tokens - 1) > 0.2
            judged += 1
            assert not off or line["source"] in sources().logs.reasons
    assert judged > 60


def test_the_rule_of_stated_inputs_reads_no_prediction() -> None:
    stated = log_row(weights_gib="14.99", kv_cache_tokens="1")
    assert memory_unstated(stated) == memory_unstated(stated | {"kv_cache_tokens": "999999"}) == {}
    assert set(memory_unstated(log_row(comment="with DFlash drafter"))) == set(POOL)
    assert memory_unstated(log_row(comment="draft nobody/head", draft_method="eagle3", draft_tokens="5")) == {}
    part = log_row(source="public log 1", gpu_memory_utilization="")
    assert set(memory_unstated(part)) == set(POOL)
    assert "weights" in memory_unstated(log_row(model_hf_id="gemma-4-12B-it-AWQ"))
    assert memory_unstated(log_row(model_hf_id="Qwen3.6-35B-A3B-FP8")) == {}
    assert "weights" in memory_unstated(log_row(model_hf_id="Qwen 7B class"))
    hybrid = {"model_hf_id": "Qwen/Qwen3.6-35B-A3B", "gpu": "A100-PCIE-40GB", "engine_version": "0.27.0"}
    assert set(memory_unstated(log_row(**hybrid))) == {*POOLS, "non-torch"}
    for other in ({"gpu": "H100 80GB"}, {"engine_version": "0.17.0"}, {"comment": "a warm start"}):
        assert memory_unstated(log_row(**hybrid | other)) == {}
    assert "KV tokens" in memory_unstated(log_row(engine="sglang", gpu_memory_utilization=""))
    row = {"quant": "Q4_K_M", "source": "ggml-org/llama.cpp#1", "model": "m", "n_ctx": "4096", "kv_type": "f16"}
    assert gguf_unstated(row) == gguf_unstated(row | {"compute_buffer_mib": "1"}) == {}
    assert "compute buffer" in gguf_unstated(row | {"n_ctx": ""})
    assert "KV buffers" in gguf_unstated(row | {"kv_type": ""})
    assert gguf_unstated({"quant": "UD-Q4_K_XL"})
