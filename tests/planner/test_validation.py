from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.catalogs import Catalogs
from planner.cli.main import main
from planner.errors import InputError
from planner.evidence import FOLDER, memory
from planner.evidence.box import gguf_errors, left_out_errors, memory_errors
from planner.evidence.gguf import mix_name
from planner.evidence.kinds import KINDS, kind_of
from planner.evidence.left_out import fitted, implied
from planner.evidence.names import find_model, storage_format
from planner.evidence.points import read_point
from planner.evidence.sources import sources
from planner.evidence.stated import POOL, gguf_unstated, memory_unstated
from planner.evidence.table import Errors, read_rows
from planner.physics.coefficients import Coefficients
from planner.physics.engines import find_engine, version_key

SHIPPED = Coefficients.shipped()

FLOORS = {"weights": (0.005, 0.02), "KV tokens": (0.02, 0.06), "activation peak": (0.25, 1.0)}


@pytest.mark.parametrize("judge", [memory_errors, left_out_errors])
def test_start_up_logs_within_the_floors(
    catalogs: Catalogs, judge: Callable[[Catalogs, Coefficients], list[Errors]]
) -> None:
    for errors in judge(catalogs, SHIPPED):
        median, p90 = errors.row[3], errors.row[5]
        if errors.name in FLOORS:
            assert isinstance(median, float)
            assert isinstance(p90, float)
            assert median <= FLOORS[errors.name][0], errors
            assert p90 <= FLOORS[errors.name][1], errors


def test_a_fit_without_a_model_has_not_seen_its_logs(catalogs: Catalogs) -> None:
    logs = [row(activation_peak_gib=str(peak), engine_version="0.6.4", max_model_len="512") for peak in (1.2, 12.0)]
    logs[1]["model_hf_id"] = "Qwen/Qwen2.5-7B-Instruct"
    values = implied(logs, catalogs, SHIPPED)
    both = fitted(values)["sampler_copies"]
    assert fitted(values, "Qwen/Qwen2.5-7B-Instruct")["sampler_copies"] < both / 2


def test_every_pool_far_off_has_a_reason(catalogs: Catalogs) -> None:
    _, rows = read_rows(FOLDER / "memory.csv", memory.NEEDED)
    for line in rows:
        predicted, tokens = memory.predict_row(line, catalogs, SHIPPED)["pred_kv_tokens"], line["kv_cache_tokens"]
        if predicted and tokens and "KV tokens" not in memory_unstated(line):
            off = abs(float(predicted) / float(tokens) - 1) > 0.2
            assert not off or line["source"] in sources().logs.reasons


def test_the_rule_of_stated_inputs_reads_no_prediction() -> None:
    stated = row(weights_gib="14.99", kv_cache_tokens="1")
    assert memory_unstated(stated) == memory_unstated(stated | {"kv_cache_tokens": "999999"}) == {}
    assert set(memory_unstated(row(comment="with DFlash drafter"))) == set(POOL)
    assert "weights" in memory_unstated(row(model_hf_id="Qwen 7B class"))
    assert "KV tokens" in memory_unstated(row(engine="sglang", gpu_memory_utilization=""))
    assert gguf_unstated({"quant": "Q4_K_M", "source": "ggml-org/llama.cpp#1"}) == {}
    assert gguf_unstated({"quant": "UD-Q4_K_XL"})


def test_llama_cpp_files_within_the_floors(catalogs: Catalogs) -> None:
    for errors in gguf_errors(catalogs):
        assert isinstance(errors.row[5], float)
        assert errors.row[5] <= 0.01, errors


def row(**cells: str) -> dict[str, str]:
    base = {"engine": "vllm", "engine_version": "0.8.5", "model_hf_id": "meta-llama/Llama-3.1-8B", "tp": "1"}
    return base | {"gpu": "H100 80GB", "gpu_mem_gib": "79.18", "gpu_memory_utilization": "0.9"} | cells


def test_vllm_budget_identity(catalogs: Catalogs) -> None:
    out = memory.predict_row(row(), catalogs, SHIPPED)
    parts = sum(float(out[f"pred_{name}_gib"]) for name in ("weights", "non_torch", "activation", "kv"))
    assert parts == pytest.approx(79.18 * 0.9, abs=0.01)
    assert float(out["pred_weights_gib"]) == pytest.approx(14.9888, abs=1e-3)


def test_hybrid_blocks_and_tokens_of_qwen35(catalogs: Catalogs) -> None:
    # vLLM 0.19.2 on GB10: attention block 1056, 623,040 tokens in 47.55 GiB.
    cells = row(
        engine_version="0.19.2", model_hf_id="Qwen/Qwen3.6-35B-A3B", gpu="GB10 (DGX Spark)", gpu_mem_gib="121.6",
        gpu_memory_utilization="0.95", max_model_len="131072",
    )  # fmt: skip
    out = memory.predict_row(cells, catalogs, SHIPPED)
    assert int(out["pred_kv_tokens"]) % 1056 == 0
    assert int(out["pred_kv_tokens"]) == pytest.approx(623_040, rel=0.02)


def test_decode_context_parallel_multiplies_tokens(catalogs: Catalogs) -> None:
    cells = row(model_hf_id="deepseek-ai/DeepSeek-V3", tp="8", gpu="H200", gpu_mem_gib="139.7", engine_version="0.11")
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
    out = memory.predict_row(row(**cells), catalogs, SHIPPED)
    assert message in out["error"]
    assert "\n" not in out["error"]


def test_out_keeps_rows_and_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    rows = [row(), row(model_hf_id="no/such-model-at-all"), row(engine_version="0.21.0")]
    with source.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert main(["validate", "--memory", str(source), "--out", str(target)]) == 0
    with target.open() as handle:
        written = list(csv.DictReader(handle))
    assert [r["engine_version"] for r in written] == ["0.8.5", "0.8.5", "0.21.0"]
    assert [bool(r["error"]) for r in written] == [False, True, False]
    assert list(written[0])[-6:] == list(memory.COLUMNS)
    assert "3 rows" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "engine,model_hf_id\nvllm,x\n", "\x00\xff"])
def test_a_bad_file_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(content.encode("latin-1"))
    assert main(["validate", "--memory", str(path), "--out", str(tmp_path / "o.csv")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "o.csv").exists()


def test_engine_profiles_by_version_and_date() -> None:
    assert not find_engine("vllm", "0.6.4").chunked_prefill
    assert find_engine("vllm", "0.8.5").chunked_prefill
    assert not find_engine("vllm", "0.8.5").graphs_in_budget
    assert find_engine("vllm", "0.22").graphs_in_budget
    assert find_engine("vllm").graphs_in_budget
    assert not find_engine("vllm", "2025-07-22").hybrid_cache
    assert version_key("0.10.1rc2") > version_key("0.9.2")


@pytest.mark.parametrize(
    ("label", "mix"),
    [("Q4_K - Medium", "Q4_K_M"), ("IQ4_XS - 4.25 bpw", "IQ4_XS"), ("i1-Q4_K_M", "Q4_K_M"), ("Q2_K - Medium", "Q2_K")],
)
def test_labels_of_mixes(label: str, mix: str) -> None:
    assert mix_name(label) == mix


def test_formats_from_names(catalogs: Catalogs) -> None:
    model = find_model("nvidia/Llama-3.1-8B-Instruct-FP8", catalogs.models)
    assert storage_format("", "nvidia/Llama-3.1-8B-Instruct-FP8", model).id == "fp8"
    assert storage_format("awq_marlin", "x", model).id == "awq_int4_g128"
    assert storage_format("", "meta-llama/Llama-3.1-8B", model).id == "bf16"
    assert [storage_format(f"exl2-{bits}bpw", "x", model).id for bits in ("2.5", "4.25", "8.0")] == [
        "gguf_iq2_xs", "gguf_iq4_xs", "gguf_q8_0",
    ]  # fmt: skip


def test_a_format_that_nobody_knows_is_an_error(catalogs: Catalogs) -> None:
    row = {"model": "meta-llama/Llama-3.1-8B", "gpu": "H100 SXM", "load": "closed_loop", "isl": "100", "osl": "100"}
    for stated in ("", "auto", "float8_e4m3", "8-bit", "4.65bpw"):
        read_point(row | {"weights": stated, "concurrency": "4"}, catalogs)
    with pytest.raises(InputError, match="weights: 'int5' is not a known format"):
        read_point(row | {"weights": "int5"}, catalogs)


def test_unstated_rows_of_a_file_count_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    counts = []
    for more in ([], ["--unstated"]):
        assert main(["validate", "--memory", str(FOLDER / "memory.csv"), "--format", "json", *more]) == 0
        counts.append({row["figure"]: row["rows"] for row in json.loads(capsys.readouterr().out)})
    assert all(counts[0][figure] < counts[1][figure] for figure in counts[0])


HEADERS = {
    "points": "model,gpu,load,tpot_ms_mean", "llamacpp": "gpu,model,quant,test,tok_s",
    "memory": "engine,model_hf_id,tp,weights_gib", "gguf": "model,quant,kv_mib",
}  # fmt: skip


@pytest.mark.parametrize("asked", [kind.option for kind in KINDS])
@pytest.mark.parametrize("held", HEADERS)
def test_a_file_is_what_its_columns_say(tmp_path: Path, asked: str, held: str) -> None:
    source = tmp_path / "rows.csv"
    source.write_text(HEADERS[held] + "\n")
    assert kind_of(source, asked).option == (asked if (asked, held) == ("gguf", "llamacpp") else held)


def test_a_file_of_another_kind_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "rows.csv", tmp_path / "out.csv"
    source.write_text("gpu,model,quant,test,tok_s\nRTX 4090,Llama-3-8B,Q4_K_M,tg128,130\n")
    assert main(["validate", "--points", str(source), "--out", str(target)]) == 0
    assert "read as llama.cpp speeds (--llamacpp)" in capsys.readouterr().err
    assert float(next(csv.DictReader(target.read_text().splitlines()))["pred_tok_s"]) > 0


def test_a_file_of_no_kind_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "rows.csv"
    source.write_text("a,b\n1,2\n")
    assert main(["validate", "--memory", str(source)]) == 2
    assert capsys.readouterr().err.strip() == f"gpuplan: {source}: column 'engine' is missing"
