"""Models that people run, by the names that they use."""

from __future__ import annotations

import pytest

from models_db.catalog import ModelCatalog
from models_db.matrices import total_params

MODELS = ModelCatalog()


@pytest.mark.parametrize(
    ("name", "record", "task"),
    [
        ("Qwen/Qwen3-Omni-30B-A3B-Instruct", "Qwen/Qwen3-Omni-30B-A3B-Instruct", "generate"),
        ("Qwen/Qwen2.5-Omni-7B-AWQ", "Qwen/Qwen2.5-Omni-7B", "generate"),
        ("openai/whisper-large-v3", "openai/whisper-large-v3", "generate"),
        ("mistralai/Voxtral-Small-24B-2507", "mistralai/Voxtral-Small-24B-2507", "generate"),
        ("zai-org/GLM-4.6V", "zai-org/GLM-4.5V", "generate"),
        ("zai-org/GLM-4.6V-Flash", "zai-org/GLM-4.1V-9B-Thinking", "generate"),
        ("OpenGVLab/InternVL3_5-8B-Instruct", "OpenGVLab/InternVL3_5-8B", "generate"),
        ("OpenGVLab/InternVL3_5-38B-HF", "OpenGVLab/InternVL3_5-38B", "generate"),
        ("moonshotai/Kimi-VL-A3B-Thinking", "moonshotai/Kimi-VL-A3B-Instruct", "generate"),
        ("deepseek-ai/DeepSeek-OCR", "deepseek-ai/DeepSeek-OCR", "generate"),
        ("PaddlePaddle/PaddleOCR-VL", "PaddlePaddle/PaddleOCR-VL", "generate"),
        ("zai-org/GLM-OCR", "zai-org/GLM-OCR", "generate"),
        ("Qwen/Qwen3-Embedding-0.6B", "Qwen/Qwen3-Embedding-0.6B", "embed"),
        ("Qwen/Qwen3-Reranker-4B", "Qwen/Qwen3-Reranker-4B", "embed"),
        ("google/embeddinggemma-300m", "google/embeddinggemma-300m", "embed"),
        ("nomic-ai/nomic-embed-text-v1.5", "nomic-ai/nomic-embed-text-v1.5", "embed"),
        ("jinaai/jina-embeddings-v3", "jinaai/jina-embeddings-v3", "embed"),
        ("Qwen/Qwen3.8-2.4T-A95B", "Qwen/Qwen3.8-2.4T-A95B", "generate"),
        ("zai-org/GLM-5.3-Flash", "zai-org/GLM-5.3-Flash", "generate"),
        ("deepseek-ai/DeepSeek-V4.1-Flash", "deepseek-ai/DeepSeek-V4.1-Flash", "generate"),
        ("PrimeIntellect/INTELLECT-3", "zai-org/GLM-4.5-Air", "generate"),
        ("tiiuae/falcon-mamba-7b-instruct", "tiiuae/falcon-mamba-7b", "generate"),
        ("RWKV/RWKV7-Goose-World3-2.9B-HF", "RWKV/RWKV7-Goose-World3-2.9B-HF", "generate"),
    ],
)
def test_a_name_finds_its_record(name: str, record: str, task: str) -> None:
    found = MODELS.find(name)
    assert (found.model.id, found.model.task) == (record, task)


# Counts of repositories, parts that are left out among them. [llmfit 1.1.17 hub listing]
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("openai/whisper-large-v3", 1_543_490_560),
        ("google/embeddinggemma-300m", 302_863_104),
        ("nomic-ai/nomic-embed-text-v1.5", 136_731_648),
        ("jinaai/jina-embeddings-v2-base-en", 137_368_320),
        ("OpenGVLab/InternVL3_5-38B", 38_390_405_504),
        ("OpenGVLab/InternVL3_5-241B-A28B", 240_699_370_368),
        ("Qwen/Qwen2.5-Omni-7B", 10_732_225_408),
        ("Qwen/Qwen3-Omni-30B-A3B-Instruct", 35_259_818_545),
        ("Qwen/Qwen3.8-2.4T-A95B", 2_446_182_725_504),
        ("deepseek-ai/DeepSeek-V4.1-Flash", 763_205_315_794),
        ("zai-org/GLM-5.3-Flash", 321_323_031_390),
    ],
)
def test_a_record_has_the_count_of_its_repository(name: str, count: int) -> None:
    model = MODELS.find(name).model
    assert total_params(model) + sum(part.params or 0 for part in model.left_out) == count


def test_what_is_left_out_is_said_with_its_size() -> None:
    said = MODELS.find("deepseek-ai/DeepSeek-V4.1-Flash").texts
    assert any("Engram tables (196,613,849,600 parameters)" in text for text in said)
    assert MODELS.find("Qwen/Qwen3-8B").texts == []
