from __future__ import annotations

from pathlib import Path

import pytest

from hardware_db.catalog import HardwareCatalog
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.evidence.points import read_point
from planner.evidence.predict import predict
from planner.physics.coefficients import Coefficients
from planner.physics.split import Split
from tests.planner.evidence.conftest import POINT

SHIPPED = Coefficients.shipped()


def test_block_scaled_checkpoints_on_blackwell_have_an_fp8_cache(catalogs: Catalogs) -> None:
    row = POINT | {"model": "MiniMaxAI/MiniMax-M2.5", "weights": "fp8"}
    caches = {gpu: read_point(row | {"gpu": gpu}, catalogs).kv.id for gpu in ("b200", "h200-sxm")}
    assert caches == {"b200": "fp8", "h200-sxm": "bf16"}
    assert read_point(row | {"gpu": "b200", "kv": "bf16"}, catalogs).kv.id == "bf16"


def test_speculative_and_decode_only_rows_are_told_apart(catalogs: Catalogs) -> None:
    assert read_point(POINT | {"note": "SPECULATIVE: EAGLE"}, catalogs).speculative
    assert not read_point(POINT, catalogs).speculative
    bare = read_point(POINT | {"osl": ""}, catalogs)
    assert bare.decode_only
    assert predict([bare], SHIPPED).tpot_s[0] < predict([read_point(POINT, catalogs)], SHIPPED).tpot_s[0] * 1.01


def test_submissions_run_latent_attention_data_parallel(catalogs: Catalogs) -> None:
    row = POINT | {
        "model": "deepseek-ai/DeepSeek-R1", "weights": "fp4", "gpu": "GB200", "gpus": "72", "tp": "8", "ep": "8",
        "dp": "9", "engine": "TensorRT-LLM", "load": "offline", "note": "MLPerf v6.0 closed", "concurrency": "",
    }  # fmt: skip
    point = read_point(row, catalogs)
    assert (point.split.tp, point.split.dp, point.split.ep, point.replicas) == (1, 8, 8, 9.0)
    served = read_point(row | {"note": "", "load": "closed_loop", "concurrency": "64", "gpus": "8", "dp": ""}, catalogs)
    assert (served.split.tp, served.split.dp) == (8, 1)


@pytest.mark.parametrize(
    ("cells", "era"),
    [({"engine_version": "0.11.0"}, "vllm"), ({"engine_version": "", "note": "measured=2026-03-01"}, "vllm-0.16"),
     ({"engine_version": "", "source": "argonne-lcf/LLM-Inference-Bench"}, "vllm-v0"),
     ({"engine": "TensorRT-LLM", "engine_version": "TensorRT 10.2, CUDA 12.4", "source": "inference_results_v4.1"},
      "tensorrt-llm-cpp")],
)  # fmt: skip
def test_the_age_of_the_engine(catalogs: Catalogs, cells: dict[str, str], era: str) -> None:
    assert read_point(POINT | cells, catalogs).engine.era == era


def test_a_gpu_without_a_rate_is_one_line(catalogs: Catalogs, tmp_path: Path) -> None:
    record = """
[[accelerator]]
id = "bare"
name = "Bare"
form_factor = "PCIe"
arch = "none"
generation = "apple"
release_year = 2025
memory_gb = 64
memory_type = "unified"
mem_bw_gb_s = 400
peak_dense_tflops = { int8 = 10 }
sources = ["test"]
checked = "2026-11-25"
"""
    (tmp_path / "accelerators").mkdir()
    (tmp_path / "accelerators" / "bare.toml").write_text(record)
    known = Catalogs(catalogs.models, HardwareCatalog(tmp_path))
    row = {"model": "Qwen/Qwen3-8B", "gpu": "Bare", "load": "closed_loop", "concurrency": "1", "isl": "9", "osl": "9"}
    with pytest.raises(InputError, match="gpu: no 16- or 32-bit rate is stated for Bare"):
        read_point(row, known)


def test_a_format_that_nobody_knows_is_an_error(catalogs: Catalogs) -> None:
    row = {"model": "meta-llama/Llama-3.1-8B", "gpu": "H100 SXM", "load": "closed_loop", "isl": "100", "osl": "100"}
    for stated in ("", "auto", "float8_e4m3", "8-bit", "4.65bpw"):
        read_point(row | {"weights": stated, "concurrency": "4"}, catalogs)
    with pytest.raises(InputError, match="weights: 'int5' is not a known format"):
        read_point(row | {"weights": "int5"}, catalogs)


def test_a_width_that_no_layer_is_cut_to_is_one_of_experts(catalogs: Catalogs) -> None:
    wide = POINT | {"model": "deepseek-ai/DeepSeek-R1", "gpu": "GB200", "gpus": "72", "tp": "72"}
    assert read_point(wide, catalogs).split == Split(ep=72, dp=72)
    assert read_point(POINT | {"tp": "32", "gpus": "32"}, catalogs).split == Split(tp=32)


def test_attention_ranks_of_a_dense_model_are_replicas(catalogs: Catalogs) -> None:
    dense = POINT | {"model": "meta-llama/Llama-3.1-8B", "gpu": "H200", "gpus": "", "tp": "2", "dp": "4"}
    found = read_point(dense, catalogs)
    assert (found.split, found.replicas) == (Split(tp=2), 4.0)
    assert read_point(dense | {"gpus": "8", "dp": ""}, catalogs).replicas == 4.0
    experts = read_point(dense | {"model": "deepseek-ai/DeepSeek-R1", "tp": "1", "dp": "8"}, catalogs)
    assert (experts.split, experts.replicas) == (Split(ep=8, dp=8), 1.0)
