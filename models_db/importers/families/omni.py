"""Parts of checkpoints that engines do not load onto a device: what speaks in omni models, tables of n-grams."""

from __future__ import annotations

from models_db.importers.families.towers import linear
from models_db.importers.keys import Keys
from models_db.schema import Uncounted


def left_out(top: Keys) -> tuple[Uncounted, ...]:
    """The talker, the vocoder and the tables, counted where their shapes are stated."""
    found = []
    if "talker_config" in top:
        talker = top.sub("talker_config")
        found.append(Uncounted(name="talker", params=_talker(talker) if "code_predictor_config" in talker else None))
    for key, name in (("code2wav_config", "code2wav"), ("token2wav_config", "token2wav")):
        found += [Uncounted(name=name)] if key in top else []
    return (*found, *_tables(top))


def _tables(top: Keys) -> list[Uncounted]:
    """Tables of n-gram embeddings (Engram) that are looked up and not multiplied; engines hold them in host memory."""
    text = top.sub("text_config") if "text_config" in top else top
    if "engram_num_embeddings" not in text:
        return []
    rows = sum(text.indices("engram_num_embeddings"))
    return [Uncounted(name="Engram tables", params=rows * text.count("engram_head_dim"))]


def _talker(t: Keys) -> int:
    """Qwen3-Omni: a small model with experts over codes, and one that predicts the other codebooks."""
    k, p = t.sub("text_config"), t.sub("code_predictor_config")
    h, width = k.count("hidden_size"), k.count("intermediate_size")
    experts = k.count("num_local_experts", "num_experts")
    shared = k.count("shared_expert_intermediate_size", default=0, least=0)
    moe = 3 * h * (experts * k.count("moe_intermediate_size") + shared) + experts * h + h * bool(shared)
    body = k.layers("num_hidden_layers") * (_attention(k) + moe + 2 * h) + h + 2 * k.count("vocab_size") * h
    entry = 2 * linear(t.count("thinker_hidden_size"), width, h)
    return body + entry + _predictor(p, t.count("num_code_groups") - 1)


def _predictor(p: Keys, books: int) -> int:
    h = p.count("hidden_size")
    layer = _attention(p) + 3 * h * p.count("intermediate_size") + 2 * h
    return p.layers("num_hidden_layers") * layer + h + 2 * books * p.count("vocab_size") * h


def _attention(k: Keys) -> int:
    """Four projections without biases, norms of queries and keys."""
    h, dim = k.count("hidden_size"), k.count("head_dim")
    return h * dim * 2 * (k.count("num_attention_heads") + k.count("num_key_value_heads")) + 2 * dim
