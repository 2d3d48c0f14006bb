from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware_db.catalog import HardwareCatalog
from planner.calibration.least_squares import FitProblem, Target, log_errors, solve
from planner.catalogs import Catalogs
from planner.cli.main import main
from planner.errors import InputError
from planner.evidence.judge import cross_validation
from planner.evidence.points import read_point, read_points
from planner.evidence.predict import features, predict
from planner.evidence.serving import COLUMNS, evidence_rows, measured, predict_rows
from planner.formulas.roofline import smooth_roof_s
from planner.load.benchmark import Steady, burst, closed_loop, static_batch, wave_share
from planner.load.client_terms import Client, balance_steps
from planner.physics import coefficients, factors
from planner.physics.engines import engines
from planner.physics.factor_keys import FLOORS, ROOFS, TERMS, Where, keys, width

ROW = {
    "model": "meta-llama/Llama-3.3-70B-Instruct", "weights": "fp8", "gpu": "H100 SXM", "gpus": "4", "tp": "4",
    "engine": "vLLM", "engine_version": "0.11.0", "load": "closed_loop", "isl": "1000", "osl": "300",
    "concurrency": "16",
}  # fmt: skip


def figures(catalogs: Catalogs, **cells: str) -> dict[str, float]:
    out = next(iter(predict_rows([ROW | cells], catalogs)))
    assert out["error"] == ""
    return {name: float(out[name]) for name in COLUMNS[:3]}


def test_the_evidence_is_answered_and_finite(catalogs: Catalogs) -> None:
    rows = evidence_rows()
    out = list(predict_rows(rows, catalogs))
    answered = [cells for cells in out if not cells["error"]]
    assert len(out) == len(rows)
    assert len(answered) / len(rows) >= 0.99
    for name in COLUMNS[:9]:
        values = np.array([float(cells[name]) for cells in answered])
        assert np.isfinite(values).all()
        assert (values > 0).all()
    assert {cells["basis"] for cells in answered} <= {"measured", "calibrated", "physics"}


def test_the_evidence_equals_the_source(shared: Path) -> None:
    with (shared / "measured" / "serving.csv").open() as handle:
        source = {row["id"]: row for row in csv.DictReader(handle)}
    rows = evidence_rows("ABC")
    assert len(rows) == len(source)
    for row in rows[::97]:
        for name in ("isl", "osl", "concurrency", "tpot_ms_mean", "ttft_ms_mean", "output_tok_s"):
            if row[name]:
                assert float(row[name]) == pytest.approx(float(source[row["id"]][name]), rel=1e-5)


@pytest.mark.parametrize(
    ("name", "values"), [("concurrency", ("1", "8", "64", "512")), ("isl", ("100", "1000", "8000"))]
)
def test_more_load_is_never_faster(catalogs: Catalogs, name: str, values: tuple[str, ...]) -> None:
    found = [figures(catalogs, **{name: value}) for value in values]
    for figure in ("pred_ttft_ms_mean", "pred_tpot_ms_mean"):
        series = [f[figure] for f in found]
        assert series == sorted(series)


def test_more_tensor_parallel_is_faster_at_equal_load(catalogs: Catalogs) -> None:
    tpot = [figures(catalogs, tp=n, gpus=n)["pred_tpot_ms_mean"] for n in ("2", "4", "8")]
    assert tpot == sorted(tpot, reverse=True)


def test_kv_overflow_queues(catalogs: Catalogs) -> None:
    some = figures(catalogs, concurrency="64", isl="30000")
    many = figures(catalogs, concurrency="640", isl="30000")
    assert many["pred_tpot_ms_mean"] == pytest.approx(some["pred_tpot_ms_mean"], rel=0.5)
    assert many["pred_ttft_ms_mean"] > 3 * some["pred_ttft_ms_mean"]


@pytest.mark.parametrize(
    "cells",
    [{"load": "burst"}, {"model": "no/thing"}, {"gpu": "H999"}, {"isl": "many"}, {"tp": "-1"}, {"concurrency": "inf"},
     {"gpus": "nan"}, {"load": ""}, {"isl": "1e400"}, {"pp": "10000000"}],
)  # fmt: skip
def test_a_bad_point_keeps_its_place(catalogs: Catalogs, cells: dict[str, str]) -> None:
    out = list(predict_rows([ROW, ROW | cells, ROW], catalogs))
    assert [bool(row["error"]) for row in out] == [False, True, False]
    assert "\n" not in out[1]["error"]
    assert out[0] == out[2]


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(ROW)), st.text(max_size=12), max_size=4))
def test_any_text_is_a_point_or_an_error(catalogs: Catalogs, cells: dict[str, str]) -> None:
    out = list(predict_rows([ROW | cells], catalogs))
    assert len(out) == 1
    assert out[0]["error"] or float(out[0]["pred_tpot_ms_mean"]) > 0


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["isl", "osl", "concurrency", "tp", "pp", "ep", "dp", "gpus"]), st.floats(0, 1e7), max_size=4
    ),
    st.sampled_from(["vLLM", "SGLang", "TensorRT-LLM", "llama.cpp"]),
)
def test_any_number_is_a_point_or_an_error(catalogs: Catalogs, cells: dict[str, float], engine: str) -> None:
    row = ROW | {"engine": engine, "gpu": "B200", "source": "aiconfigurator"} | {k: repr(v) for k, v in cells.items()}
    out = next(iter(predict_rows([row], catalogs)))
    assert out["error"] or float(out["pred_tpot_ms_mean"]) > 0


def test_points_out_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "p.csv", tmp_path / "o.csv"
    with source.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, list(ROW))
        writer.writeheader()
        writer.writerows([ROW, ROW | {"gpu": "H999"}, ROW | {"load": "offline"}])
    assert main(["validate", "--points", str(source), "--out", str(target)]) == 0
    capsys.readouterr()
    with target.open() as handle:
        rows = list(csv.DictReader(handle))
    assert [row["load"] for row in rows] == ["closed_loop", "closed_loop", "offline"]
    assert [bool(row["error"]) for row in rows] == [False, True, False]


def steady(**changes: float) -> Steady:
    base = {
        "running": 8.0, "slots": 8.0, "decode_s": 0.01, "prompt_s": 0.02, "chunks": 1.0, "isl": 500.0, "osl": 100.0,
        "asked": 8.0, "requests": np.inf, "replicas": 1.0, "batch": 1.0, "rounds": 10.0, "fixed": False, "mixed": True,
        "longest": 1.0, "kernels": 1000.0, "stages": 1.0, "accepted": 1.0, "balance": 0.0,
        "grouped": 1.0,
    }  # fmt: skip
    return Steady(**{name: np.array([value]) for name, value in (base | changes).items()})


def client(**changes: float) -> Client:
    base = {"ttft_s": 0.0, "launch_s": 0.0, "own": 1.0, "steps": 0.0, "wave": 0.0, "stream_s": 0.0, "drain": 0.0}
    return Client(**{name: np.array([value]) for name, value in (base | changes).items()})


def test_load_models_in_their_limits() -> None:
    alone = closed_loop(steady(running=1.0, asked=1.0), client())
    assert alone.tpot_s[0] == pytest.approx(0.01)
    assert alone.ttft_s[0] == pytest.approx(0.02)
    fixed = static_batch(steady(), client())
    assert fixed.output_tok_s[0] == pytest.approx(8 * 100 / (8 * 0.02 + 100 * 0.01))
    endless = burst(steady(), client())
    assert endless.output_tok_s[0] == pytest.approx(8 * 100 / (8 * 0.02 + 100 * 0.01))
    one_wave = burst(steady(requests=8.0), client())
    assert one_wave.output_tok_s[0] == pytest.approx(endless.output_tok_s[0])
    drained = burst(steady(requests=80.0), client(drain=1.0))
    assert drained.output_tok_s[0] < endless.output_tok_s[0]


def test_a_closed_loop_never_serves_more_than_the_device_has_time_for() -> None:
    busy = closed_loop(steady(prompt_s=1.0), client())
    assert busy.output_tok_s[0] <= 8 * 100 / (8 * 1.0 + 100 * 0.01) + 1e-9


@given(a=st.floats(0, 1e3), b=st.floats(0, 1e3), p=st.floats(1, 8))
def test_roofs_meet_between_the_larger_and_the_sum(a: float, b: float, p: float) -> None:
    value = float(smooth_roof_s(a, b, exponent=p))
    assert max(a, b) * (1 - 1e-9) <= value <= (a + b) * (1 + 1e-9)


def test_what_first_tokens_wait_for() -> None:
    drawn, equal, stopping = (
        wave_share(steady(running=64.0, rounds=10.0, fixed=fixed, mixed=mixed), np.ones(1))[0] * 63
        for fixed, mixed in ((False, True), (True, True), (True, False))
    )
    assert 0 < drawn < equal + 3 < stopping
    once = wave_share(steady(running=64.0, rounds=1.0), np.ones(1))[0] * 63
    assert once == pytest.approx((64 + 1 - 2) / 2)
    assert wave_share(steady(running=1.0), np.ones(1))[0] == 0.0


def test_a_wait_of_steps_lasts_as_long_as_steps_do() -> None:
    """Drafted tokens shorten the time per token, not the steps that a first token waits for."""
    plain = closed_loop(steady(decode_s=0.02), client(steps=3.0))
    drafted = closed_loop(steady(decode_s=0.01, accepted=2.0), client(steps=3.0))
    assert drafted.ttft_s[0] == pytest.approx(plain.ttft_s[0])
    assert drafted.tpot_s[0] < plain.tpot_s[0]
    held = closed_loop(
        steady(balance=float(balance_steps([engines()["tensorrt-llm"].balance_steps], np.array([8]))[0])), client()
    )
    assert not balance_steps(
        [engines()[name].balance_steps for name in ("tensorrt-llm", "vllm")], np.array([1, 8])
    ).any()
    assert held.ttft_s[0] - closed_loop(steady(), client()).ttft_s[0] == pytest.approx(25 * 0.01)


@pytest.mark.parametrize(
    ("note", "load", "requests", "most"),
    [
        ("burst: all 1000 requests sent at once", "offline", 1000.0, np.inf),
        ("flags: --max_seq_len=40960; ShareGPT", "offline", 64.0, np.inf),
        ("N=3000; random", "offline", 3000.0, np.inf),
        ("vllm bench serve; server --max-num-seqs 64", "closed_loop", np.inf, 64.0),
        ("default max_num_seqs 256 caps the running batch", "closed_loop", np.inf, 256.0),
        ("engine max_num_seqs limits the running batch", "closed_loop", np.inf, np.inf),
    ],
)
def test_what_a_note_states(catalogs: Catalogs, note: str, load: str, requests: float, most: float) -> None:
    point = read_point(ROW | {"note": note, "load": load, "concurrency": "64"}, catalogs)
    assert (point.requests, point.most) == (requests, most)


def test_a_stated_limit_makes_clients_queue(catalogs: Catalogs) -> None:
    rows = [ROW | {"concurrency": "64", "note": note} for note in ("", "server --max-num-seqs 16")]
    free, limited = (next(iter(read_points([row], catalogs)[0].values())).points for row in rows)
    assert predict(limited).ttft_s[0] > 2.0 * predict(free).ttft_s[0]
    assert predict(limited).tpot_s[0] < predict(free).tpot_s[0]


def test_block_scaled_checkpoints_on_blackwell_have_an_fp8_cache(catalogs: Catalogs) -> None:
    row = ROW | {"model": "MiniMaxAI/MiniMax-M2.5", "weights": "fp8"}
    caches = {gpu: read_point(row | {"gpu": gpu}, catalogs).kv.id for gpu in ("b200", "h200-sxm")}
    assert caches == {"b200": "fp8", "h200-sxm": "bf16"}
    assert read_point(row | {"gpu": "b200", "kv": "bf16"}, catalogs).kv.id == "bf16"


def test_rows_that_no_gpu_could_have_measured_are_left_out(catalogs: Catalogs) -> None:
    row = ROW | {"isl": "15000", "concurrency": "448", "ttft_ms_mean": "700", "tpot_ms_mean": "13.7", "source": "x"}
    found = measured([row, row | {"concurrency": "8"}, row | {"note": "prefix caching on"}], catalogs)
    assert np.isfinite(found.ttft_s).tolist() == [False, True, True]
    assert (found.weight > 0).tolist() == [False, True, True]


def test_the_evidence_in_the_box_is_whole(shared: Path) -> None:
    """Every row and its whole note, as facts about a run stand there."""
    with (shared / "measured" / "serving.csv").open(encoding="utf-8", newline="") as handle:
        source = {row["id"]: row["note"] for row in csv.DictReader(handle)}
    assert {row["id"]: row["note"] for row in evidence_rows("ABC")} == source


def test_long_tails_lengthen_a_burst() -> None:
    even, long = (burst(steady(requests=8.0, longest=r), client(drain=0.5)).output_tok_s[0] for r in (1.0, 4.0))
    assert long < even / 1.5


def test_no_factor_beats_a_measured_ceiling(catalogs: Catalogs) -> None:
    """Over every engine era and GPU generation, whatever was fitted."""
    gpus = {a.generation: a for a in catalogs.hardware.accelerators.values()}
    for (term, roof), floor in FLOORS.items():
        for runtime in engines().values():
            for gpu in gpus.values():
                place = Where(runtime.era, runtime.id, gpu.maker, gpu.generation, "other", "", "wide", "attention")
                assert factors._factor(term, roof, place) >= np.exp(floor) - 1e-9
                if (term, roof) == ("linear", "bandwidth"):
                    assert coefficients.bandwidth(gpu.generation) / factors._factor(term, roof, place) <= 1.0


def test_every_fitted_factor_is_one_that_predictions_use() -> None:
    place = Where("vllm", "vllm", "", "hopper", "nvlink4", "openai/gpt-oss-120b", "wide", "attention")
    for term in TERMS:
        for roof in ROOFS:
            for key in keys(term, roof, place):
                assert width(key) > 0
                assert 0 < factors.value(key) < 100


def test_the_fit_recovers_a_known_factor(catalogs: Catalogs) -> None:
    rows = [ROW | {"concurrency": str(c), "isl": str(i)} for c in (1, 4, 16, 64) for i in (200, 1000, 4000)]
    batches, errors, _ = read_points(rows, catalogs)
    assert not errors
    points = next(iter(batches.values())).points
    count = len(points)
    nothing = np.full(count, np.nan)
    problem = FitProblem([features(points)], Target(nothing, np.ones(count), nothing, np.ones(count)))
    truth = np.zeros(len(problem.keys))
    truth[problem.keys.index(("term", "linear", "fixed"))] = 0.7
    target = Target(nothing, problem.predict(truth, 3.0)[1], nothing, np.full(count, 30.0))
    problem.target = target
    found = solve(problem, np.ones(count, dtype=bool), 3.0)
    assert np.abs(log_errors(problem, found, 3.0)["tpot_s"]).max() < 0.04


def test_speculative_and_decode_only_rows_are_told_apart(catalogs: Catalogs) -> None:
    assert read_point(ROW | {"note": "SPECULATIVE: EAGLE"}, catalogs).speculative
    assert not read_point(ROW, catalogs).speculative
    bare = read_point(ROW | {"osl": ""}, catalogs)
    assert bare.decode_only
    assert predict([bare]).tpot_s[0] < predict([read_point(ROW, catalogs)]).tpot_s[0] * 1.01


def test_the_cross_validation_is_at_hand() -> None:
    rows = {(r["left_out"], r["load"], r["figure"]): r for r in cross_validation()}
    closed = rows["pair", "closed loop, min latency", "tpot_s"]
    assert closed["points"] > 2000
    assert closed["median"] <= 0.11
    assert rows["model", "closed loop, min latency", "tpot_s"]["median"] <= 0.13
    assert rows["pair", "lengths known", "output_tok_s"]["median"] <= 0.14
    assert rows["pair", "closed loop, min latency", "ttft_s"]["median"] < 0.49  # aiconfigurator's on its own points


def test_submissions_run_latent_attention_data_parallel(catalogs: Catalogs) -> None:
    row = ROW | {
        "model": "deepseek-ai/DeepSeek-R1", "weights": "fp4", "gpu": "GB200", "gpus": "72", "tp": "8", "ep": "8",
        "dp": "9", "engine": "TensorRT-LLM", "load": "offline", "note": "MLPerf v6.0 closed", "concurrency": "",
    }  # fmt: skip
    point = read_point(row, catalogs)
    assert (point.split.tp, point.split.dp, point.split.ep, point.replicas) == (1, 8, 8, 9.0)
    served = read_point(row | {"note": "", "load": "closed_loop", "concurrency": "64", "gpus": "8", "dp": ""}, catalogs)
    assert (served.split.tp, served.split.dp) == (8, 1)


def test_runs_that_drafted_without_saying_so_are_known(catalogs: Catalogs) -> None:
    row = ROW | {
        "source": "ai-dynamo/aiconfigurator silicon_sample.csv", "model": "deepseek-ai/DeepSeek-R1", "gpu": "B200",
        "engine": "TensorRT-LLM", "engine_version": "1.2.0rc6.post3", "tp": "8", "gpus": "8",
    }  # fmt: skip
    drafting = read_point(row, catalogs)
    plain = read_point(row | {"engine_version": "1.2.0rc6.post2"}, catalogs)
    assert drafting.speculative
    assert not plain.speculative
    assert predict([drafting]).tpot_s[0] < predict([plain]).tpot_s[0]


@pytest.mark.parametrize(
    ("cells", "era"),
    [({"engine_version": "0.11.0"}, "vllm"), ({"engine_version": "", "note": "measured=2026-03-01"}, "vllm-0.16"),
     ({"engine_version": "", "source": "argonne-lcf/LLM-Inference-Bench"}, "vllm-v0"),
     ({"engine": "TensorRT-LLM", "engine_version": "TensorRT 10.2, CUDA 12.4", "source": "inference_results_v4.1"},
      "tensorrt-llm-cpp")],
)  # fmt: skip
def test_the_age_of_the_engine(catalogs: Catalogs, cells: dict[str, str], era: str) -> None:
    assert read_point(ROW | cells, catalogs).engine.era == era


@pytest.mark.parametrize(
    ("model", "gpu", "expected"),
    [("Qwen/Qwen3-32B", "H100 SXM", "measured"), ("google/gemma-3-27b-it", "H100 SXM", "calibrated"),
     ("google/gemma-3-27b-it", "Gaudi 2", "physics")],
)  # fmt: skip
def test_what_an_estimate_rests_on(capsys: pytest.CaptureFixture[str], model: str, gpu: str, expected: str) -> None:
    assert main(["estimate", "--model", model, "--gpu", gpu, "--tp", "4", "--format", "json"]) == 0
    tpot = json.loads(capsys.readouterr().out)["latency"]["tpot_s"]
    assert tpot["basis"] == expected
    assert (tpot["low"], tpot["high"]) == factors.interval_on("tpot", expected)


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
