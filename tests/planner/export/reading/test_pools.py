from __future__ import annotations

from planner.export.reading.flags import Said
from planner.export.reading.pools import memory_of, of_ggml


def test_pools_captures_and_adapters_are_read() -> None:
    notes: list[str] = []
    said = Said({"capture_size": "64", "lora": True, "adapters": "2", "adapter_rank": "32", "prefix_caching": False,
                 "state_type": "float32", "window_ratio": "0.25"})  # fmt: skip
    found = memory_of(said, notes)
    assert (found.capture_size, found.adapters, found.adapter_rank) == (64, 2, 32)
    assert (found.prefix_caching, found.state_type, found.window_ratio) == (False, "float32", 0.25)
    assert memory_of(Said({"adapters": "2"}), notes).adapters == 0
    assert notes == []


def test_what_cannot_be_read_is_the_default_and_said() -> None:
    notes: list[str] = []
    assert memory_of(Said({"capture_size": "$N", "state_ratio": "x"}), notes).capture_size is None
    assert len(notes) == 2


def test_settings_of_llama_cpp_keep_their_names() -> None:
    found = of_ggml(Said({"ctx": "8192", "parallel": "4", "n_gpu_layers": "999", "flash_attn": "1", "kv": "q8_0"}), [])
    assert found == {
        "ctx_size": 8192, "parallel": 4, "n_gpu_layers": 999, "flash_attn": "on", "cache_type_k": "q8_0",
    }  # fmt: skip
    assert of_ggml(Said({"ctx": "0", "n_gpu_layers": "auto", "kv": "auto"}), []) == {}
