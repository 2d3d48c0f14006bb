from __future__ import annotations

import pytest

from planner.export.reading.flags import Said
from planner.export.reading.line import Started
from planner.export.reading.settings import settings_of, taken_from_file, whole
from planner.request.engine import EngineSettings
from tests.planner.export.reading.test_flags import of


def read(engine: str, ranks: int = 1, context: int | None = 131_072, **values: object) -> EngineSettings:
    return settings_of(Said(values), engine, ranks, context, [])


def test_limits_of_a_rank_are_those_of_a_replica_times_the_ranks() -> None:
    found = read("vllm", 4, max_num_seqs="32", max_num_batched_tokens="8k", max_model_len="32K")
    assert (found.max_num_seqs, found.max_num_batched_tokens, found.max_model_len) == (128, 8000, 32_768)
    found = read("sglang", 4, max_num_seqs="32", max_num_batched_tokens="8192")
    assert (found.max_num_seqs, found.max_num_batched_tokens) == (32, 2048)


def test_slots_divide_the_context_unless_they_share_it() -> None:
    assert read("llama.cpp", ctx="32768", parallel="4").max_model_len == 8192
    assert read("llama.cpp", ctx="32768", parallel="4", unified=True).max_model_len == 32_768
    assert read("llama.cpp", ctx="0").max_model_len is None
    assert read("llama.cpp", parallel="8").sequences == 8


@pytest.mark.parametrize(
    ("engine", "values", "method", "drafts"),
    [
        ("vllm", {"speculative": '{"method": "mtp", "num_speculative_tokens": 3}'}, "mtp", 3),
        ("vllm", {"speculative": {"method": "deepseek_mtp", "num_speculative_tokens": 1}}, "mtp", 1),
        ("vllm", {"speculative": {"method": "eagle3", "model": "x", "num_speculative_tokens": 5}}, "eagle", 5),
        ("vllm", {"speculative": {"model": "Qwen/Qwen3-0.6B", "num_speculative_tokens": 5}}, "draft", 5),
        ("vllm", {"spec_method": "ngram", "spec_tokens": "4"}, "ngram", 4),
        ("sglang", {"spec_method": "EAGLE", "spec_steps": "3", "spec_tokens": "4"}, "mtp", 3),
        ("sglang", {"spec_method": "EAGLE", "spec_model": "x", "spec_tokens": "4"}, "eagle", 3),
        ("sglang", {"spec_method": "NEXTN", "spec_steps": "2"}, "mtp", 2),
        ("llama.cpp", {"spec_method": "draft-mtp"}, "mtp", 3),
    ],
)
def test_drafting_is_read_in_the_words_of_each_engine(
    engine: str, values: dict[str, object], method: str, drafts: int
) -> None:
    found = read(engine, **values).speculation
    assert found is not None
    assert (found.method, found.drafts) == (method, drafts)


def test_drafting_that_is_not_known_is_left_out_and_said() -> None:
    notes: list[str] = []
    said = Said({"speculative": {"method": "suffix", "num_speculative_tokens": 3}})
    assert settings_of(said, "vllm", 1, None, notes).speculation is None
    assert "drafting by suffix" in notes[0]


def test_what_is_no_number_is_the_default_and_said() -> None:
    notes: list[str] = []
    assert whole(Said({"max_num_seqs": "$N"}), "max_num_seqs", notes) is None
    assert whole(Said({"max_num_seqs": "1e400"}), "max_num_seqs", notes) is None
    assert len(notes) == 2
    assert read("vllm", memory_fraction="$U").memory_fraction is None
    assert whole(Said({"max_model_len": "auto"}), "max_model_len", notes) is None


def test_a_context_that_is_stretched_is_the_models_own() -> None:
    assert read("vllm", context=32_768, max_model_len="131072", overrides="{}").max_model_len == 32_768
    assert read("vllm", context=32_768, max_model_len="131072").max_model_len == 131_072


def test_a_file_of_settings_is_read_where_the_text_writes_it() -> None:
    text = '{"kv_cache_config": {"dtype": "fp8"}, "cuda_graph_config": null}'
    said = Said({"config": "/tmp/x"})
    taken_from_file(said, Started(of("tensorrt-llm"), (), {}, {"/tmp/x": text}))
    assert (said.values["kv"], said.values["eager"], said.unread) == ("fp8", True, [])
    other = Said({"config": "extra.yml"})
    taken_from_file(other, Started(of("tensorrt-llm"), ()))
    assert other.unread == ["--config extra.yml"]
