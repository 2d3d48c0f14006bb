from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_db.importers.config_json import FAMILIES, from_config, read_config
from models_db.importers.families import decoder
from models_db.matrices import total_params
from models_db.schema import Attention
from planner.errors import ModelError
from tests.consistency.drawn import at_random
from tests.models_db.conftest import LLAMA

# What a config cannot say, named: the embedding checkpoint stores no head, Kimi-K3 was never counted,
# the copy of Step-3.7's config has no vision part.
NAMED = {
    "Qwen/Qwen3-Embedding-8B": 151665 * 4096,
    "moonshotai/Kimi-K3": None,
    "stepfun-ai/Step-3.7-Flash": -1_981_014_784,
}


def build(data: Any) -> Any:
    return from_config(data, model_id="x/y", source="test", checked="2026-11-24")


def test_llama_total_is_the_published_one() -> None:
    assert total_params(build(LLAMA)) == 8_030_261_248


MHA = {"num_attention_heads": 32, "hidden_size": 4096, "num_hidden_layers": 32, "vocab_size": 151936}


PUBLISHED: list[tuple[str, int, dict[str, Any]]] = [
    ("GemmaForCausalLM", 8_537_680_896, MHA | {"num_attention_heads": 16, "hidden_size": 3072, "num_hidden_layers": 28,
     "head_dim": 256, "intermediate_size": 24576, "vocab_size": 256000}),
    ("PhiForCausalLM", 2_779_683_840, MHA | {"hidden_size": 2560, "intermediate_size": 10240, "vocab_size": 51200}),
    ("ApertusForCausalLM", 8_053_338_176, MHA | {"num_key_value_heads": 8, "intermediate_size": 21504,
     "vocab_size": 131072}),
    ("OlmoeForCausalLM", 6_919_161_856, MHA | {"num_attention_heads": 16, "hidden_size": 2048, "num_hidden_layers": 16,
     "intermediate_size": 1024, "num_experts": 64, "num_experts_per_tok": 8, "vocab_size": 50304}),
    ("OlmoForCausalLM", 6_888_095_744, MHA | {"intermediate_size": 11008, "vocab_size": 50304}),
    ("StableLmForCausalLM", 1_644_515_328, MHA | {"hidden_size": 2048, "num_hidden_layers": 24, "use_qkv_bias": True,
     "intermediate_size": 5632, "vocab_size": 100352}),
    ("ExaoneForCausalLM", 7_818_448_896, MHA | {"num_key_value_heads": 8, "intermediate_size": 14336,
     "vocab_size": 102400}),
    ("InternLM3ForCausalLM", 8_804_241_408, MHA | {"num_hidden_layers": 48, "num_key_value_heads": 2, "head_dim": 128,
     "intermediate_size": 10240, "vocab_size": 128512}),
    ("BaichuanForCausalLM", 7_505_973_248, MHA | {"intermediate_size": 11008, "vocab_size": 125696}),
    ("QWenLMHeadModel", 7_721_324_544, MHA | {"intermediate_size": 22016}),
    ("Lfm2ForCausalLM", 1_170_340_608, MHA | {"hidden_size": 2048, "num_hidden_layers": 16, "num_key_value_heads": 8,
     "block_ff_dim": 12288, "full_attn_idxs": [2, 5, 8, 10, 12, 14], "vocab_size": 65536}),
    ("Lfm2MoeForCausalLM", 8_339_930_560, MHA | {"hidden_size": 2048, "num_hidden_layers": 24, "num_key_value_heads": 8,
     "intermediate_size": 7168, "num_experts": 32, "num_experts_per_tok": 4, "moe_intermediate_size": 1792,
     "full_attn_idxs": [2, 6, 10, 14, 18, 21], "vocab_size": 65536}),
    ("GPT2LMHeadModel", 774_030_080, {"n_embd": 1280, "n_layer": 36, "n_head": 20, "n_positions": 1024,
     "vocab_size": 50257}),
    ("GPTBigCodeForCausalLM", 15_517_456_384, {"n_embd": 6144, "n_layer": 40, "n_head": 48, "n_positions": 8192,
     "vocab_size": 49152}),
    ("ArceeForCausalLM", 4_619_189_760, MHA | {"hidden_size": 2560, "num_hidden_layers": 36, "num_attention_heads": 20,
     "num_key_value_heads": 4, "intermediate_size": 18432, "vocab_size": 128005}),
    ("MPTForCausalLM", 6_649_286_656, {"d_model": 4096, "n_layers": 32, "n_heads": 32, "vocab_size": 50432}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "count", "keys"), PUBLISHED)
def test_a_class_of_models_has_the_published_total(name: str, count: int, keys: dict[str, Any]) -> None:
    tied = name in (
        "GemmaForCausalLM",
        "Lfm2ForCausalLM",
        "Lfm2MoeForCausalLM",
        "GPT2LMHeadModel",
        "GPTBigCodeForCausalLM",
    )
    assert total_params(build({"architectures": [name], "tie_word_embeddings": tied, **keys})) == count


def test_every_shipped_config_has_the_verified_total(shared: Path) -> None:
    with (shared / "facts" / "models.csv").open() as handle:
        rows = {row["hf_id"]: row for row in csv.DictReader(handle)}
    paths = sorted((shared / "facts" / "configs").glob("*.json"))
    assert paths
    for path in paths:
        model = read_config(path, checked="2026-11-24")
        want = rows[model.id]["params_total_computed"]
        gap = total_params(model) - int(want or 0)
        if NAMED.get(model.id, 0) is not None:
            assert gap == NAMED.get(model.id, 0), model.id


@pytest.mark.parametrize("key", ["hidden_size", "num_hidden_layers", "num_attention_heads", "vocab_size"])
def test_a_missing_key_is_named(key: str) -> None:
    with pytest.raises(ModelError, match=key):
        build({k: v for k, v in LLAMA.items() if k != key})


def test_an_unknown_class_needs_every_key() -> None:
    data = LLAMA | {"architectures": ["BrandNewForCausalLM"]}
    assert total_params(build(data)) == 8_030_261_248
    with pytest.raises(ModelError, match="num_key_value_heads"):
        build({k: v for k, v in data.items() if k != "num_key_value_heads"})
    with pytest.raises(ModelError, match="ssm_state_size"):
        build(data | {"ssm_state_size": 128})


@pytest.mark.parametrize(
    "change",
    [
        {"num_hidden_layers": 2**63},
        {"hidden_size": -1},
        {"hidden_size": float("nan")},
        {"vocab_size": "many"},
        {"num_key_value_heads": 7},
        {"layer_types": ["full_attention"], "sliding_window": 128},
        {"architectures": [7]},
        {"num_attention_heads": True},
    ],
)
def test_hostile_values_are_one_line(change: dict[str, Any]) -> None:
    with pytest.raises(ModelError) as caught:
        build(LLAMA | change)
    assert "\n" not in str(caught.value)


def test_depth_and_size_are_bounded(tmp_path: Path) -> None:
    deep: Any = {}
    for _ in range(200):
        deep = {"a": deep}
    with pytest.raises(ModelError, match="nested"):
        build(LLAMA | {"x": deep})
    path = tmp_path / "config.json"
    path.write_text("[" * 100_000)
    with pytest.raises(ModelError):
        read_config(path, checked="2026-11-24")
    path.write_bytes(b" " * (5 * 2**20))
    with pytest.raises(ModelError, match="larger"):
        read_config(path, checked="2026-11-24")
    path.write_bytes(b'{"architectures": ["Llama')
    with pytest.raises(ModelError, match="not valid JSON"):
        read_config(path, checked="2026-11-24")


def test_code_of_the_repository_is_never_run(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    (tmp_path / "modeling_x.py").write_text(f"open({str(marker)!r}, 'w')")
    path = tmp_path / "config.json"
    path.write_text(json.dumps(LLAMA | {"auto_map": {"AutoConfig": "modeling_x.Config"}}))
    read_config(path, checked="2026-11-24")
    assert not marker.exists()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@at_random(40, 300)
@given(
    st.dictionaries(
        st.sampled_from(
            [
                *LLAMA,
                "num_experts",
                "kv_lora_rank",
                "layer_types",
                "sliding_window",
                "text_config",
                "quantization_config",
            ]
        ),
        JSON,
        max_size=8,
    )
)
def test_any_json_is_a_model_or_one_line(change: dict[str, Any]) -> None:
    try:
        model = build(LLAMA | change)
    except ModelError as error:
        message = str(error)
    else:
        message = ""
        assert total_params(model) > 0
    assert "\n" not in message


CLASSES = sorted({name for family in FAMILIES for name in family})


SOURCES = sorted(Path(decoder.__file__).parent.glob("*.py"))


READ = sorted({word for path in SOURCES for word in re.findall(r'"([a-z][a-z0-9]*(?:_[a-z0-9]+)+)"', path.read_text())})


SMALL = st.integers(0, 64) | st.lists(st.integers(0, 64) | JSON, min_size=2, max_size=8) | st.booleans()


WILD = SMALL | JSON | st.sampled_from([2**31 - 1, 2**31, 1.5, "*" * 40, [True] * 40, [{}] * 40])


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("Qwen3MoeForCausalLM", {"mlp_only_layers": [{}], "num_experts": 8, "num_experts_per_tok": 2,
         "moe_intermediate_size": 768}),
        ("MllamaForConditionalGeneration", {"cross_attention_layers": [[]]}),
        ("GPTNeoXForCausalLM", {"num_attention_heads": 8192}),
        ("BertModel", {"num_attention_heads": 8192}),
    ],
)  # fmt: skip
def test_hostile_values_of_a_class_are_one_line(name: str, change: dict[str, Any]) -> None:
    assert name in CLASSES
    with pytest.raises(ModelError) as caught:
        build(LLAMA | {"architectures": [name]} | change)
    assert "\n" not in str(caught.value)


@at_random(50, 400)
@given(name=st.sampled_from(CLASSES), change=st.dictionaries(st.sampled_from(READ), WILD, max_size=12))
def test_every_class_is_a_model_or_one_line(name: str, change: dict[str, Any]) -> None:
    _one_line_or_model(LLAMA | {"architectures": [name]} | change)


@at_random(50, 400)
@given(data=st.data())
def test_every_shipped_config_bent_is_a_model_or_one_line(shared: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted((shared / "facts" / "configs").glob("*.json"))))
    config = json.loads(path.read_text())
    for part in ("text_config", "llm_config", "language_config", "vision_config", "linear_attn_config"):
        if isinstance(config.get(part), dict):
            config[part] = config[part] | data.draw(_changes(config[part]))
    _one_line_or_model(config | data.draw(_changes(config)))


def _changes(config: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(sorted(config)), WILD, max_size=3)


def _one_line_or_model(config: dict[str, Any]) -> None:
    message = ""
    try:
        assert total_params(build(config)) > 0
    except ModelError as error:
        message = str(error)
    assert "\n" not in message
    assert len(message) < 500


def test_sliding_windows_follow_layer_types() -> None:
    types = ["full_attention" if i % 4 == 3 else "sliding_attention" for i in range(32)]
    model = build(LLAMA | {"architectures": ["Olmo3ForCausalLM"], "layer_types": types, "sliding_window": 4096})
    windows = {m.window: g.count for g in model.layers for m in g.mixers if isinstance(m, Attention)}
    assert windows == {4096: 24, None: 8}
