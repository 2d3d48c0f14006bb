"""The flags of llama.cpp's settings reach the request."""

from __future__ import annotations

import json

import pytest

from planner.cli.asking import tables
from planner.cli.ggml_options import SETTINGS, TYPES
from planner.cli.main import main
from planner.request.ggml import CACHE_BITS, GgmlSettings


def test_every_setting_has_a_flag() -> None:
    assert tuple(GgmlSettings.model_fields) == SETTINGS
    assert tuple(CACHE_BITS) == TYPES


def test_flags_are_the_table_of_the_engine() -> None:
    flags = {"ctx_size": 8192, "flash_attn": "on", "no_kv_offload": True, "host_memory_gb_s": None}
    assert tables(flags) == {"engine": {"ctx_size": 8192, "flash_attn": "on", "no_kv_offload": True}}


UNDER_IT = ["-g", "RTX 5090", "--engine", "llama.cpp", "--weights", "q4_k_m", "--format", "json"]
WINDOWS, EXPERTS = "google/gemma-3-27b-it", "Qwen/Qwen3-30B-A3B"
VALUES = {
    "--ctx-size": ["16384"], "--parallel": ["3"], "--batch-size": ["64"], "--ubatch-size": ["1024"],
    "--flash-attn": ["off"], "--cache-type-k": ["q8_0"], "--cache-type-v": ["q5_1"], "--n-gpu-layers": ["30"],
    "--n-cpu-moe": ["12"], "--swa-full": ["--ctx-size", "16384"], "--kv-unified": ["--parallel", "2"],
    "--no-kv-offload": [],
}  # fmt: skip


@pytest.mark.parametrize("command", ["estimate", "fit"])
@pytest.mark.parametrize("name", list(VALUES))
def test_every_setting_changes_the_answer(capsys: pytest.CaptureFixture[str], command: str, name: str) -> None:
    base = [command, "-m", EXPERTS if name == "--n-cpu-moe" else WINDOWS, *UNDER_IT]
    more = VALUES[name][-2:] if name in ("--swa-full", "--kv-unified") else []
    found = []
    for args in ([*base, *more], [*base, name, *VALUES[name]]):
        assert main(args) in (0, 1)
        answer = json.loads(capsys.readouterr().out)
        answer.pop("assumptions")
        found.append(answer)
    assert found[0] != found[1]


ON_HOST = ["estimate", "-m", "Qwen/Qwen3-30B-A3B", "-g", "RTX 4090", "--engine", "llama.cpp", "--weights", "q4_k_m",
           "--n-cpu-moe", "24", "--format", "json"]  # fmt: skip


def test_experts_in_host_memory_have_memory_and_no_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(ON_HOST) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "on_host"
    assert answer["decode_tokens_per_s"] is None
    assert "--host-memory-gb-s" in answer["reason"]
    assert {part["name"] for part in answer["host"]} == {"weights", "kv_cache", "states", "compute"}


def test_a_stated_host_bandwidth_bounds_one_stream(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ON_HOST, "--host-memory-gb-s", "80"]) == 0
    answer = json.loads(capsys.readouterr().out)
    low, high = answer["decode_tokens_per_s_low"], answer["decode_tokens_per_s_high"]
    assert 0 < low < answer["decode_tokens_per_s"] < high <= 80 / (answer["host_gib_per_token"] * 1.0737)
    assert answer["basis"] == "physics"


def test_a_plan_with_layers_in_host_memory_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["simulate", *ON_HOST[1:-2], "--rate", "1"]
    assert main(asked) == 2
    assert "n-cpu-moe" in capsys.readouterr().err
