from __future__ import annotations

import csv
from pathlib import Path

import pytest

from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.export.reading.deployed import read_line
from planner.physics.split import Split

# Lines that name their model by a variable, or one that the catalog does not know, and what is given instead.
GIVEN = {"h28": "nvidia/DeepSeek-R1-FP4", "h05": "zai-org/GLM-4-9B-0414"}


def test_public_launch_lines_are_read(catalogs: Catalogs, shared: Path) -> None:
    with (shared / "cases" / "serve_lines.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    engines = {"llama-server": "llama.cpp", "trtllm-serve": "tensorrt-llm"}
    for row in rows:
        given = GIVEN.get(row["id"])
        found = read_line(row["line"], catalogs, model=given)
        assert found.engine == engines.get(row["engine"], row["engine"]), row["id"]
        said = [note for note in found.notes if note.startswith("not read, nobody")]
        assert [note for note in said if "$EXTRA_CONFIG_FILE" not in note] == [], row["id"]
        gpus = found.split.tp * found.split.pp * found.split.dp * found.copies
        if row["gpus"] and row["id"] not in ("h25", "h28"):
            assert gpus == int(row["gpus"]), row["id"]


def test_notes_of_many_and_long_flags_are_short(catalogs: Catalogs) -> None:
    flags = " ".join(f"--no-such-{i}" for i in range(3000))
    found = read_line(f"vllm serve meta-llama/Llama-3.1-8B-Instruct --{'x' * 5000} {flags}", catalogs)
    (note,) = [note for note in found.notes if note.startswith("not read, nobody")]
    assert note.endswith(", --no-such-18, and 2,981 more")
    assert len(note) < 600


def test_flags_of_a_line_become_a_deployment(catalogs: Catalogs) -> None:
    found = read_line(
        "vllm serve meta-llama/Llama-3.1-8B-Instruct -tp 2 --dtype half --quantization fp8 --kv-cache-dtype fp8_e5m2 "
        "--enforce-eager --gpu-memory-utilization 0.8 --unknown-flag --swap-space 4",
        catalogs,
    )
    assert (found.weights, found.kv, found.split) == ("fp8", "fp8_e5m2", Split(2))
    assert (found.settings.eager, found.settings.memory_fraction) == (True, 0.8)
    assert any("--unknown-flag" in note for note in found.notes)
    assert not any("--swap-space" in note for note in found.notes)


def test_a_checkpoint_that_is_quantized_keeps_its_format(catalogs: Catalogs) -> None:
    found = read_line("vllm serve Qwen/Qwen2.5-7B-Instruct-AWQ --quantization awq_marlin --dtype half", catalogs)
    assert found.weights is None


def test_a_context_that_the_engine_chooses_is_told(catalogs: Catalogs) -> None:
    assert read_line("vllm serve Qwen/Qwen3-8B --max-model-len auto", catalogs).automatic
    assert not read_line("vllm serve Qwen/Qwen3-8B --max-model-len 8192", catalogs).automatic


def test_a_path_of_a_file_is_its_text(catalogs: Catalogs, tmp_path: Path) -> None:
    path = tmp_path / "start.sh"
    path.write_text("#!/bin/bash\n# gpu: l40s\nexec vllm serve \\\n  Qwen/Qwen3-8B \\\n  --max-num-seqs 8\n")
    found = read_line(str(path), catalogs)
    assert (found.model, found.gpu, found.settings.max_num_seqs) == ("Qwen/Qwen3-8B", "l40s", 8)


def test_weights_in_host_memory_count_where_llama_cpp_says_which(catalogs: Catalogs) -> None:
    found = read_line("llama-server -hf ggml-org/gpt-oss-20b-GGUF -c 8192 --n-cpu-moe 4", catalogs)
    assert (found.settings.n_cpu_moe, found.settings.ctx_size) == (4, 8192)
    other = read_line("llama-server -hf ggml-org/gpt-oss-20b-GGUF -c 8192 -ot exps=CPU", catalogs)
    assert any("host memory" in note for note in other.notes)


@pytest.mark.parametrize(
    "command", ["vllm serve Qwen/Qwen3-8B", "python -m sglang.launch_server --model Qwen/Qwen3-8B"]
)
def test_layers_in_host_memory_are_read(catalogs: Catalogs, command: str) -> None:
    assert read_line(f"{command} --cpu-offload-gb 4.5", catalogs).settings.memory.cpu_offload_gib == 4.5
    assert read_line(f"{command} --cpu-offload-gb 0", catalogs).settings.memory.cpu_offload_gib is None
    odd = read_line(f"{command} --cpu-offload-gb many", catalogs)
    assert any("cpu-offload-gb is many" in note for note in odd.notes)


@pytest.mark.parametrize("name", ["VLLM_PP_LAYER_PARTITION", "SGLANG_PP_LAYER_PARTITION"])
def test_layers_of_stages_are_read_from_the_environment(catalogs: Catalogs, name: str) -> None:
    line = "vllm serve Qwen/Qwen3-8B --pipeline-parallel-size 2"
    assert read_line(f"{name}=20,16 {line}", catalogs).settings.memory.stage_layers == (20, 16)
    odd = read_line(f"export {name}=twenty\n{line}", catalogs)
    assert odd.settings.memory.stage_layers is None
    assert any("twenty" in note for note in odd.notes)


def test_limits_of_items_and_host_memory_for_the_cache_are_read(catalogs: Catalogs) -> None:
    line = "vllm serve google/gemma-3-12b-it --skip-mm-profiling --kv-offloading-size 32 --limit-mm-per-prompt"
    found = read_line(f"{line} '{{\"image\": 2}}'", catalogs)
    memory = found.settings.memory
    assert (memory.limits, memory.skip_mm_profiling, memory.kv_offloading_gib) == ({"image": 2}, True, 32.0)
    assert any("nothing on the GPUs changes" in note for note in found.notes)
    assert read_line(f"{line}.image 3", catalogs).settings.memory.limits == {"image": 3}
    odd = read_line(f"{line} many", catalogs)
    assert odd.settings.memory.limits == {}
    assert any("limit-mm-per-prompt" in note for note in odd.notes)


@pytest.mark.parametrize("text", ["nonsense", "vllm serve", "vllm serve $X", "vllm serve 'a", "\x00"])
def test_what_cannot_be_read_is_one_line(catalogs: Catalogs, text: str) -> None:
    with pytest.raises(InputError) as error:
        read_line(text, catalogs)
    assert "\n" not in str(error.value)


def test_a_draft_model_is_found_by_its_path_as_a_model_is(catalogs: Catalogs) -> None:
    line = "llama-server -m /models/Qwen3-32B-Q4_K_M.gguf -ngl 99 -c 8192 --spec-type draft-simple -md {}"
    found = read_line(line.format("/models/Qwen3-0.6B-Q8_0.gguf"), catalogs).settings.speculation
    assert found is not None
    assert found.drafter is not None
    assert catalogs.models.find(found.drafter).model.id == catalogs.models.find("Qwen/Qwen3-0.6B").model.id
    with pytest.raises(InputError, match=r"the draft model: .*--speculation"):
        read_line(line.format("/models/nobody-knows-this.gguf"), catalogs)


def test_windows_starts_the_same_engine(catalogs: Catalogs) -> None:
    found = read_line("C:\\llama.cpp\\llama-server.exe ^\r\n -m C:\\models\\Qwen3-8B-Q4_K_M.gguf -c 8192", catalogs)
    assert (found.engine, found.model) == ("llama.cpp", "Qwen3-8B-GGUF:Q4_K_M")


def test_a_release_that_is_stated_is_the_one_that_is_meant(catalogs: Catalogs) -> None:
    line = "vllm serve Qwen/Qwen3-8B"
    assert "where no release is stated" in read_line(line, catalogs).notes[0]
    assert read_line(line, catalogs, version="0.10.1").notes[0] == "read as a launch line of vllm as of 0.10.1"
