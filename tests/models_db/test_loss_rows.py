from __future__ import annotations

import csv
import math

import pytest

from models_db.formats import formats, kv_formats
from models_db.loss_rows import DATA, benchmark_of, family, loss_rows, noise_pct, read_rows, same_model

ROW = {
    "model": "a/B-8B", "format": "fp8", "applies_to": "weights", "category": "knowledge", "size_class": "4-15B",
    "metric": "MMLU (lm-eval)", "baseline": "70", "recovery_pct": "99.0", "questions": "14042", "counts": "yes",
    "source": "here",
}  # fmt: skip


def test_a_row_resolves_what_its_benchmark_does() -> None:
    few, many = benchmark_of("AIME 2025 (8 seeds)"), benchmark_of("MMLU-Pro chat")
    assert few is not None
    assert many is not None
    assert noise_pct(few, ROW, 30) == pytest.approx(16.0)
    assert noise_pct(few, ROW, 240) == pytest.approx(16.0 / math.sqrt(8.0))
    assert noise_pct(many, ROW, 0) == pytest.approx(0.4)
    assert noise_pct(None, ROW, 100) == pytest.approx(100.0 * math.sqrt(0.3 / (0.7 * 100)))
    assert noise_pct(None, {**ROW, "baseline": "", "category": "code"}, 0) == pytest.approx(6.5)


def test_rows_that_do_not_count_stay_in_the_file_with_a_reason() -> None:
    with DATA.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    left = [row for row in rows if row["counts"] == "no"]
    assert len(loss_rows()) == len(rows) - len(left)
    assert all(row["flags"] for row in left)
    assert any("quantization-aware" in row["flags"] for row in left)
    assert not read_rows([{**ROW, "counts": "no"}])


def test_a_row_of_weights_and_cache_is_less_sure_of_the_weights() -> None:
    weights, both = read_rows([ROW, {**ROW, "applies_to": "weights+kv"}])
    assert both.noise_pct > weights.noise_pct
    assert both.recovery_pct == weights.recovery_pct == pytest.approx(99.0)


def test_formats_are_columns_and_not_spellings() -> None:
    named = {row.format for row in loss_rows()}
    assert {"fp8", "nvfp4", "awq_int4_g128", "kv fp8", "gguf_q4_k_m"} <= named
    weights = {name for name in named if not name.startswith("kv ")}
    assert weights - set(formats()) <= {"w4a8_fp8", "gguf_q5_0", "gguf_q5_1", "gguf_q4_1"}
    narrow = {kv.id: kv.coarser for kv in kv_formats().values() if kv.bits < 16}
    assert {f"kv {name}" for name, coarser in narrow.items() if coarser is None} <= named
    assert {f"kv {coarser}" for coarser in narrow.values() if coarser} <= named


def test_a_checkpoint_of_another_date_is_another_model_of_the_family() -> None:
    assert same_model("nvidia/Qwen3.6-35B-A3B-NVFP4") == same_model("Qwen3.6-35B-A3B")
    assert same_model("Qwen3-30B-A3B-Instruct-2507") != same_model("Qwen3-30B-A3B")
    assert family("Qwen3-30B-A3B-Instruct-2507") == family("Qwen/Qwen3-8B")
    assert family("meta-llama/Llama-2-7b-hf") != family("meta-llama/Llama-3.1-8B")
    assert family("nobody/Heard-Of-1B") == "heard-of-1b"
