"""Flags of `[engine.memory]`."""

from __future__ import annotations

import json

import pytest

from planner.cli.app import run
from planner.cli.memory_options import SETTINGS, memory_table
from planner.errors import InputError
from planner.request.memory import MemorySettings

DENSE = ["-m", "meta-llama/Llama-3.1-8B", "-g", "H100", "--engine-version", "0.11"]
HYBRID = ["-m", "Qwen/Qwen3-Next-80B-A3B-Instruct", "-g", "H200", "--tp", "2", "--engine"]
# Arguments, the figure of the log that a flag moves, and what it becomes (None: another value).
MOVED = [
    (DENSE, ["--gpu-memory-gib", "60"], "total_gib", 60.0),
    (DENSE, ["--kv-cache-memory-bytes", str(10 * 2**30)], "kv_pool_gib", 10.0),
    (DENSE, ["--free-memory-gib", "30"], None, None),
    (DENSE, ["--max-cudagraph-capture-size", "8"], "graphs_gib", None),
    (DENSE, ["--lora", "4:32"], "weights_gib", None),
    (DENSE, ["--max-loras", "4", "--max-lora-rank", "64"], "weights_gib", None),
    ([*DENSE[:4], "--engine", "sglang"], ["--free-memory-gib", "70"], "free_before_gib", 70.0),
    ([*HYBRID, "vllm"], ["--enable-prefix-caching"], "concurrency", None),
    ([*HYBRID, "vllm"], ["--mamba-ssm-cache-dtype", "bfloat16"], "block_tokens", None),
    ([*HYBRID, "sglang"], ["--mamba-full-memory-ratio", "0.5"], "state_pool_gib", None),
    ([*HYBRID, "sglang"], ["--max-mamba-cache-size", "40"], "state_slots", 40.0),
    (["-m", "openai/gpt-oss-20b", "-g", "H100", "--engine", "sglang"], ["--swa-full-tokens-ratio", "0.5"],
     "window_tokens", None),
    (["-m", "Qwen/Qwen2.5-VL-7B-Instruct", "-g", "H100"], ["--language-model-only"], "weights_gib", None),
    (["-m", "Qwen/Qwen2.5-VL-7B-Instruct", "-g", "H100"], ["--limit-mm-per-prompt", "image=0,video=0"],
     "weights_gib", None),
    (["-m", "Qwen/Qwen2.5-VL-7B-Instruct", "-g", "H100"], ["--skip-mm-profiling"], "kv_pool_gib", None),
    (DENSE, ["--kv-offloading-size", "64"], None, None),
    (DENSE, ["--cpu-offload-gb", "4"], "weights_gib", None),
    ([*DENSE[:5], "0.24"], ["--warm-start"], "kv_pool_gib", None),
    ([*DENSE, "--pp", "2"], ["--pp-layer-partition", "20,12"], "kv_pool_gib", None),
    (["-m", "deepseek-ai/DeepSeek-V3", "-g", "H200", "--tp", "8"], ["--decode-context-parallel-size", "8"],
     "kv_tokens", None),
]  # fmt: skip


def figures(capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, float]:
    run(["estimate", *args, "--format", "json"])
    found: dict[str, float] = json.loads(capsys.readouterr().out)["log"]["figures"]
    return found


@pytest.mark.parametrize(("args", "flags", "name", "value"), MOVED)
def test_a_flag_moves_the_figure_that_it_is_about(
    args: list[str], flags: list[str], name: str | None, value: float | None, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = figures(capsys, *args), figures(capsys, *args, *flags)
    if name is None:
        assert after["kv_pool_gib"] == before["kv_pool_gib"]
    elif value is None:
        assert after[name] != pytest.approx(before[name], rel=1e-3)
    else:
        assert after[name] == pytest.approx(value, rel=1e-3)


def test_free_memory_limits_the_cache_of_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    run(["estimate", *DENSE, "--free-memory-gib", "30", "--format", "json"])
    memory = json.loads(capsys.readouterr().out)["memory"]
    assert sum(part["gib"] for part in memory["parts"]) <= 30.001


def test_fit_takes_the_same_flags(capsys: pytest.CaptureFixture[str]) -> None:
    args = ["fit", "-m", "meta-llama/Llama-3.1-8B", "-g", "H100", "--format", "json"]
    run(args)
    whole = json.loads(capsys.readouterr().out)["rows"][0]["kv_pool_gib"]
    run([*args, "--gpu-memory-gib", "40"])
    assert json.loads(capsys.readouterr().out)["rows"][0]["kv_pool_gib"] < whole / 2


def test_every_setting_of_memory_has_a_flag() -> None:
    assert set(SETTINGS) == set(MemorySettings.model_fields)


def test_adapters_are_a_count_and_a_rank() -> None:
    assert memory_table({"lora": "4:32"}) == {"adapters": 4, "adapter_rank": 32}
    assert memory_table({"lora": "2"}) == {"adapters": 2, "adapter_rank": 16}
    assert memory_table({}) is None
    with pytest.raises(InputError, match="--lora: expected N:RANK"):
        memory_table({"lora": "many"})


def test_limits_of_items_are_words_or_json() -> None:
    limits = {"image_limit": 2, "video_limit": 0}
    assert memory_table({"limit_mm_per_prompt": "image=2,video=0"}) == limits
    assert memory_table({"limit_mm_per_prompt": '{"image": 2, "video": {"count": 0}}'}) == limits
    for text in ("image", "image=many", "smell=1", "{", '{"image": "x"}', ""):
        with pytest.raises(InputError, match="--limit-mm-per-prompt: expected a count"):
            memory_table({"limit_mm_per_prompt": text})


def test_a_value_out_of_range_names_flag_and_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["estimate", *DENSE, "--block-size", "0"]) == 2
    assert "--block-size (engine.memory.block_size)" in capsys.readouterr().err


def test_layers_of_stages_are_numbers() -> None:
    assert memory_table({"pp_layer_partition": "20, 12"}) == {"stage_layers": (20, 12)}
    for text in ("", "20;12", "-1,33", "12345,1", ",".join("1" * 65)):
        with pytest.raises(InputError, match="--pp-layer-partition: expected layers"):
            memory_table({"pp_layer_partition": text})
