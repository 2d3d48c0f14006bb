from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.export.reading.flags import Said
from planner.export.reading.model import model_of


@pytest.mark.parametrize(
    ("name", "found", "weights"),
    [
        ("Qwen/Qwen3-8B", "Qwen/Qwen3-8B", None),
        ("/data/models/Qwen/Qwen3-8B", "Qwen/Qwen3-8B", None),
        ("/hf_models/cpatonn/GLM-4.5-Air-AWQ-4bit", "cpatonn/GLM-4.5-Air-AWQ-4bit", None),
        ("~/Qwen3-8B/", "Qwen3-8B", None),
        ("/cache/models--Qwen--Qwen3-8B/snapshots/abc", "Qwen/Qwen3-8B", None),
        ("models/Qwen/Qwen3-8B-nvfp4", "Qwen/Qwen3-8B", "nvfp4"),
        ("/models/Qwen/Qwen3-8B-awq_int4_g128", "Qwen/Qwen3-8B", "awq_int4_g128"),
        ("models/Qwen/Qwen3-8B-Q4_K_M.gguf", "Qwen/Qwen3-8B", "gguf_q4_k_m"),
        (r"C:\models\Qwen3-8B-Q8_0.gguf", "Qwen3-8B-GGUF:Q8_0", None),
        (r".\models\Qwen\Qwen3-8B", "Qwen/Qwen3-8B", None),
        ("/root/.cache/modelscope/LLM-Research/Meta-Llama-3___1-405B", "LLM-Research/Meta-Llama-3.1-405B", None),
        ("meta-llama/Llama-3___1-8B", "meta-llama/Llama-3.1-8B", None),
        ("x/Qwen3-8B-Q8_0-00001-of-00002.gguf", "Qwen3-8B-GGUF:Q8_0", None),
    ],
)
def test_a_name_is_found_behind_a_path(catalogs: Catalogs, name: str, found: str, weights: str | None) -> None:
    assert model_of(Said({"model": name}), catalogs) == (found, weights)


def test_a_model_that_the_line_does_not_say_is_asked_for(catalogs: Catalogs) -> None:
    with pytest.raises(InputError, match=r"the model is \$MODEL"):
        model_of(Said({"model": "$MODEL"}), catalogs)
    with pytest.raises(InputError, match="names no model"):
        model_of(Said(), catalogs)
    with pytest.raises(InputError, match=r"is not known .*; give --model"):
        model_of(Said(positional=["nobody/knows-this"]), catalogs)
    assert model_of(Said({"model": "$MODEL"}), catalogs, "Qwen/Qwen3-8B") == ("Qwen/Qwen3-8B", None)


def test_a_file_of_a_repository_says_its_mix(catalogs: Catalogs) -> None:
    said = Said({"model": "unsloth/Qwen3-8B-GGUF", "hf_file": "Qwen3-8B-Q6_K.gguf"})
    assert model_of(said, catalogs) == ("unsloth/Qwen3-8B-GGUF:Q6_K", None)
