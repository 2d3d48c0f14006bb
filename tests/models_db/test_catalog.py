from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_db.catalog import DATA, ModelCatalog, alias_tables, shape_key, shipped_tables
from planner.catalogs import Catalogs
from planner.errors import ModelError
from tests.consistency.drawn import at_random


def test_every_model_is_there_with_its_sources(catalogs: Catalogs) -> None:
    models = catalogs.models.all()
    assert len(models) == 383
    assert all(model.sources and model.checked for model in models)


def test_index_by_text_equals_the_parsed_records(catalogs: Catalogs) -> None:
    assert list(catalogs.models.index) == [model.id for model in catalogs.models.all()]


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.1-8B"),
        ("nvidia/Llama-3.1-405B-Instruct-FP8", "meta-llama/Llama-3.1-405B"),
        ("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8", "meta-llama/Llama-3.1-8B"),
        ("Qwen/Qwen3.6-27B-FP8", "Qwen/Qwen3.5-27B"),
        ("gpt-oss-120b", "openai/gpt-oss-120b"),
        ("unsloth/Qwen2.5-Coder-7B-Instruct-unsloth-bnb-4bit", "Qwen/Qwen2-7B"),
        ("lmstudio-community/Qwen3.8-27B-MLX-4bit", "Qwen/Qwen3.5-27B"),
        ("deepreinforce-ai/Ornith-1.0-35B", "Qwen/Qwen3.5-35B-A3B"),
    ],
)
def test_names_with_known_shapes_are_found(catalogs: Catalogs, name: str, target: str) -> None:
    assert catalogs.models.find(name).model.id == target


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("shisa-v2-llama3.3-70b", "meta-llama/Llama-3.3-70B-Instruct"),
        ("HauhauCS/Qwen3.6-35B-A3B-Uncensored-HauhauCS-Aggressive", "Qwen/Qwen3.5-35B-A3B"),
        ("nemotron-3-nano:30b", "nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16"),
        ("glm-4.7-flash:latest", "zai-org/GLM-4.7-Flash"),
        ("gemma3:27b-it-qat", "google/gemma-3-27b-it"),
        # Heads for drafting, pruned and merged models, and families without a version are something else.
        ("RedHatAI/Llama-3.1-8B-Instruct-speculator.eagle3", None),
        ("z-lab/Qwen3.8-27B-DFlash2", None),
        ("someone/Qwen3-Coder-30B-A3B-REAP", None),
        ("DavidAU/Llama-3.2-8X3B-MOE-Dark-Champion", None),
        ("someone/my-qwen-7b-tune", None),
        ("someone/Llama-3.1-8B-to-13B-upscaled", None),
    ],
)
def test_a_tuned_model_carries_the_name_of_its_shapes(catalogs: Catalogs, name: str, target: str | None) -> None:
    found = catalogs.models.match(name)
    assert (found.model.id if found else None) == target
    if found is not None:
        assert name in (found.note or "")


@at_random(70, 200)
@given(name=st.text(max_size=300))
def test_any_name_is_a_model_or_none(name: str) -> None:
    found = ModelCatalog().match(name)
    assert found is None or found.model.id


def test_aliases_lead_to_records_and_listed_ones_hold_for_their_organisation_only(catalogs: Catalogs) -> None:
    tables = alias_tables()
    assert {target for table in tables.values() for target in table.values()} <= set(catalogs.models.index)
    assert catalogs.models.match("flywheel-ai/automotive") is not None
    assert catalogs.models.match("elsewhere/automotive") is None


def test_an_unknown_name_gets_the_nearest_three(catalogs: Catalogs) -> None:
    with pytest.raises(ModelError, match=r"Llama-9-70B.*nearest: .*Llama.*, .*, ") as caught:
        catalogs.models.find("meta-llama/Llama-9-70B")
    assert "\n" not in str(caught.value)


def test_shape_key_drops_tuning_and_storage_suffixes() -> None:
    assert shape_key("nvidia/DeepSeek-R1-0528-NVFP4-v2") == shape_key("deepseek-ai/DeepSeek-R1")
    assert shape_key("Qwen/Qwen3-8B") != shape_key("Qwen/Qwen3-14B")


RECORD = """
[[model]]
id = "me/tiny"
family = "mine"
architecture = "LlamaForCausalLM"
hidden = 64
vocab = 256
tied_embeddings = true
sources = ["by hand"]
checked = "2026-11-24"
[[model.layers]]
count = 2
small_params = 128
mixers = [{ kind = "attention", heads = 4, kv_heads = 2, head_dim = 16 }]
ffns = [{ kind = "dense", intermediate = 128 }]
"""


def test_an_overlay_adds_and_replaces(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    replaced = RECORD.replace("me/tiny", "meta-llama/Llama-3.1-8B")
    (tmp_path / "models" / "mine.toml").write_text(RECORD + replaced)
    catalog = ModelCatalog(tmp_path)
    assert catalog.find("me/tiny").model.hidden == 64
    assert catalog.find("meta-llama/Llama-3.1-8B").model.hidden == 64


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("hidden = 64", 'hidden = "64"', "me/tiny: hidden"),
        ("hidden = 64", "hiden = 64", "me/tiny: hidden|nearest: hidden"),
        ("count = 2", "count = 9223372036854775807", "count"),
        ('sources = ["by hand"]', "sources = []", "sources"),
        ("[[model]]", "[[model", "not valid TOML"),
    ],
)
def test_a_broken_overlay_names_file_and_field(tmp_path: Path, old: str, new: str, message: str) -> None:
    (tmp_path / "models").mkdir()
    path = tmp_path / "models" / "mine.toml"
    path.write_text(RECORD.replace(old, new))
    with pytest.raises(ModelError, match=message) as caught:
        ModelCatalog(tmp_path).find("me/tiny")
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value).strip()


@pytest.mark.parametrize("text", ["model = 3\n", "[[modell]]\nid = 'me/x'\n", "model = []\n", ""])
def test_an_overlay_without_its_tables_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "mine.toml").write_text(text)
    with pytest.raises(ModelError, match=r"\[\[model\]\]"):
        ModelCatalog(tmp_path).find("Qwen/Qwen3-8B")


LLAMA = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 4096, "intermediate_size": 14336,
    "num_attention_heads": 32, "num_key_value_heads": 8, "num_hidden_layers": 32, "vocab_size": 128256,
    "max_position_embeddings": 131072, "tie_word_embeddings": False, "torch_dtype": "bfloat16", "head_dim": 128,
}  # fmt: skip


def test_a_config_with_the_shapes_of_a_record_is_that_model(catalogs: Catalogs, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(LLAMA))
    found = catalogs.models.find(str(path))
    assert found.model == catalogs.models.find("meta-llama/Llama-3.1-8B").model
    assert found.note is not None
    assert "has the shapes of meta-llama/Llama-3.1-8B" in found.note


@pytest.mark.parametrize(
    ("name", "checkpoint"),
    [
        ("llama-3.3-70b", "meta-llama/Llama-3.3-70B-Instruct"),
        ("Llama3.3-70B", "meta-llama/Llama-3.3-70B-Instruct"),
        ("deepseek-r1-7b", "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B"),
        # Other checkpoints of the same shapes, whose owners are not known.
        ("Hermes-4-70B", "Hermes-4-70B"), ("llama-3.1-8b-instruct", "llama-3.1-8b-instruct"), ("Yi-9B", "Yi-9B"),
        ("meta-llama/Llama-3.3-70B", "meta-llama/Llama-3.3-70B"),
    ],
)  # fmt: skip
def test_what_is_started_by_a_short_name_is_the_repository_that_it_is_short_for(name: str, checkpoint: str) -> None:
    found = ModelCatalog().find(name)
    assert found.model.checkpoint == checkpoint
    assert (f"{name} is taken as {checkpoint}" == found.note) == (name != checkpoint)


def test_a_config_with_other_shapes_is_its_own_model_and_that_is_said(catalogs: Catalogs, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(LLAMA | {"intermediate_size": 14464}))
    found = catalogs.models.find(str(path))
    assert found.model.id == "config"
    assert found.note is not None
    assert "nothing was measured of it" in found.note


def test_what_is_started_is_what_was_asked_for_not_the_record_of_its_shapes() -> None:
    """A plan for the tuned model started the base model."""
    found = ModelCatalog().find("meta-llama/Llama-3.1-8B-Instruct").model
    assert (found.id, found.checkpoint) == ("meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.1-8B-Instruct")
    assert ModelCatalog().find("meta-llama/Llama-3.1-8B").model.checkpoint == "meta-llama/Llama-3.1-8B"


def test_tables_read_one_by_one_are_those_of_the_whole_files() -> None:
    for path in sorted((DATA / "models").glob("*.toml")):
        whole = tomllib.loads(path.read_text(encoding="utf-8"))["model"]
        parts = {name: tomllib.loads(text)["model"][0] for name, text in shipped_tables(path).items()}
        assert parts == {table["id"]: table for table in whole}, path


def test_a_short_name_in_any_case_is_the_first_record_of_that_name(catalogs: Catalogs) -> None:
    models = catalogs.models
    short = {}
    for known in models.index:
        short.setdefault(known.split("/")[-1].lower(), known)
    for name, first in short.items():
        found = models.match(f" {name.upper()} ")
        assert found is not None
        assert found.model.id == first
    found = models.match("META-LLAMA/llama-3.1-8b")
    assert found is not None
    assert (found.model.id, found.note) == ("meta-llama/Llama-3.1-8B", None)
