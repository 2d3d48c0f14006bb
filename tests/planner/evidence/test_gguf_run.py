"""How a row about a llama.cpp process is read."""

from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.evidence.gguf import predict_row
from planner.evidence.gguf_run import build_of_row, context_of, host_compute_mib, largest_mib, run_of_row

COMMENT = (
    'n_ubatch 256; flash_attn 1; n_seq_max 2; offloaded 65/65; buffers {"CUDA0": "1.0", "CUDA1": "2.0", '
    '"CUDA_Host": "3.5"}'
)


def test_columns_win_over_words_of_the_comment(catalogs: Catalogs) -> None:
    model = catalogs.models.find("Qwen/Qwen2.5-32B").model
    row = {"n_ctx": "32768", "kv_type": "q8_0/q4_0", "comment": COMMENT, "source": "ggml-org/llama.cpp#11200"}
    run = run_of_row(row, model)
    assert (run.n_ubatch, run.flash, run.n_parallel, run.devices, run.pipelined) == (256, True, 2, 2, True)
    assert (run.k_bits, run.v_bits, run.layers_on_cpu) == (8.5, 4.5, 0)
    columns = {
        "n_ubatch": "1024",
        "flash_attn": "off",
        "n_parallel": "4",
        "n_devices": "1",
        "engine_args": "-ngl 20 -ncmoe 3",
    }
    run = run_of_row(row | columns, model)
    assert (run.n_ubatch, run.flash, run.n_parallel, run.devices) == (1024, False, 4, 1)
    assert (run.layers_on_cpu, run.experts_on_cpu, run.output_on_cpu) == (44, 3, True)


def test_a_build_is_stated_or_that_of_the_issues_days() -> None:
    assert build_of_row({"build": "b9452"}).number == 9452
    assert 4400 <= build_of_row({"source": "ggml-org/llama.cpp#11200"}).number <= 4610


def test_sizes_and_contexts() -> None:
    assert context_of({"n_ctx": "262144 (2 seqs x 131072)"}) == 262_144
    assert largest_mib("1027.02 + 608.01") == 1027.02
    assert largest_mib("316.80 x4") == 316.80
    assert largest_mib("") is None
    assert host_compute_mib({"comment": COMMENT}) == 3.5
    with pytest.raises(InputError, match="n_ctx"):
        context_of({"n_ctx": "-5"})


def test_a_row_gets_every_buffer_that_it_determines(catalogs: Catalogs) -> None:
    row = {"model": "Qwen3-4B", "quant": "Q4_K_M", "n_ctx": "8192", "kv_type": "f16", "gpu_backend": "CUDA"}
    found = predict_row(row, catalogs)
    assert float(found["pred_model_buffer_mib"]) == pytest.approx(2375.91, rel=1e-4)
    assert float(found["pred_host_model_mib"]) == pytest.approx(304.28, rel=1e-4)
    assert float(found["pred_kv_mib"]) == 1152.0
    assert found["error"] == found["pred_rs_buffer_mib"] == ""
    assert "kv_type" in predict_row(row | {"kv_type": "q9"}, catalogs)["error"]
