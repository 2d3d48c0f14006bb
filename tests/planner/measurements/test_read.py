from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import InputError
from planner.measurements.read import read_measurements, runs_in
from tests.consistency.drawn import at_random
from tests.planner.measurements.samples import ALL

FILES = {
    "aiperf_qwen_c1_profile_export_aiperf.json": 1, "aiperf_qwen_c4_profile_export_aiperf.json": 1,
    "genai_perf_profile_export_SHAPE_ONLY.csv": 1, "guidellm_v2_report_mock.json": 1,
    "inferencex_agg_derived_5060ti.json": 1, "inferencex_glm5_fp8_vllm_tp8_raw.json": 1, "llama_bench_rtx4080.csv": 2,
    "llama_bench_rtx4080.json": 2, "llama_bench_rtx4080.jsonl": 2, "llama_bench_strix_gptoss120b.md": 2,
    "mlperf_dell_b200x8_llama8b_interactive.txt": 1, "mlperf_nebius_h200x8_llama70b_offline.txt": 1,
    "sglang_bench_llama70b_online_old.jsonl": 6, "vllm_bench_new_5060ti_inf_c2.json": 1,
    "vllm_bench_old_l40s_rate16.json": 1, "vllm_metrics_0.25.1_loaded.prom": 1,
}  # fmt: skip


@pytest.mark.parametrize("name", list(FILES))
def test_files_that_tools_wrote_are_read(shared: Path, name: str) -> None:
    runs = read_measurements(shared / "cases" / "benchmarks" / name)
    assert len(runs) == FILES[name]
    figures = ("tpot_ms_mean", "tpot_ms_p50", "output_tok_s", "tok_s")
    assert all(any(float(run.cells.get(figure, 0.0)) > 0.0 for figure in figures) for run in runs)


@pytest.mark.parametrize("name", list(ALL))
def test_each_format_is_recognized_by_content(tmp_path: Path, name: str) -> None:
    (tmp_path / "any.name").write_text(ALL[name])
    assert read_measurements(tmp_path / "any.name")


@pytest.mark.parametrize("text", ["", "{}", "[]", "hello", "\0", "[1]", '{"a": NaN}', "[" * 100_000,
                                  '{"a": ' + "9" * 5000 + "}", '{"metrics": {}, "metadata": {}}'])  # fmt: skip
def test_other_content_is_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "file").write_text(text)
    with pytest.raises(InputError) as error:
        read_measurements(tmp_path / "file")
    assert "\n" not in str(error.value)


def test_a_huge_file_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as out:
        out.truncate(2**26 + 1)
    with pytest.raises(InputError, match="larger than"):
        read_measurements(path)


@at_random(20, 60)
@given(name=st.sampled_from(sorted(ALL)), share=st.floats(0.0, 1.0))
def test_a_truncated_file_is_runs_or_one_line(name: str, share: float) -> None:
    _read_or_refused(ALL[name][: int(share * len(ALL[name]))])


@at_random(40, 120)
@given(name=st.sampled_from(sorted(ALL)), at=st.floats(0.0, 1.0), put=st.text(max_size=12))
def test_a_file_with_anything_in_it_is_runs_or_one_line(name: str, at: float, put: str) -> None:
    text = ALL[name]
    place = int(at * len(text))
    _read_or_refused(text[:place] + put + text[place + len(put) :])


HOSTILE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@at_random(33, 100)
@given(data=st.data(), name=st.sampled_from(["vllm", "sglang", "guidellm", "aiperf", "llama-bench", "inferencex"]))
def test_values_of_any_type_are_runs_or_one_line(data: st.DataObject, name: str) -> None:
    import json

    text = ALL[name].splitlines()[0]
    whole = json.loads(text)
    record = whole[0] if isinstance(whole, list) else whole
    for key in data.draw(st.lists(st.sampled_from(sorted(record)), max_size=4, unique=True)):
        record[key] = data.draw(HOSTILE)
    _read_or_refused(json.dumps(whole))


def _read_or_refused(text: str) -> None:
    refused, runs = "", []
    try:
        runs = runs_in(text)
    except InputError as error:
        refused = str(error)
    assert bool(runs) != bool(refused)
    assert "\n" not in refused
    assert all(isinstance(value, str) for run in runs for value in run.cells.values())


@pytest.mark.parametrize("text", ["[" + "{}," * 3_000_000 + "{}]", "{}\n" * 20_000, "[" + "{}," * 20_000 + "{}]",
                                  '{"a": [' + "1.5," * 9_000_000 + "1]}"])  # fmt: skip
def test_more_than_a_file_of_runs_holds_is_one_line(text: str) -> None:
    with pytest.raises(InputError, match="more than"):
        runs_in(text)
