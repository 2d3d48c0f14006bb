"""The modules of a model by name, and what patterns of a quantization config choose of them.

A matrix of the model is one module of a checkpoint, or several; here each is a `Leaf`, with every name that public
classes give to it. Source: class definitions of transformers and vLLM.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import translate
from functools import cached_property

from models_db.matrices import Matrix, matrices
from models_db.schema import Attention, LinearAttention, Model
from planner.errors import ModelError
from planner.frozen import dataclass

ATTENTION = ("self_attn", "attention", "attn", "mixer", "mamba")
FEEDING = ("mlp", "feed_forward", "block_sparse_moe", "ffn", "mixer")
SHARED = ("shared_expert", "shared_experts", "shared_mlp")
INDEXED = re.compile(r"^(?:\w+\.)*?(?:layers|blocks|h)\.(\d+)(?:\.(.*)|(\*.*))?$", re.ASCII)
ELSEWHERE = re.compile(r"\b(?:mtp|visual|vision|vision_tower|audio|audio_tower|talker|code2wav|draft|merger)\b")
EXPERT = re.compile(r"\bexperts\.(\d+)\b")
# Regular expressions of configs are of these; what can take long to match is not read.
SAFE = re.compile(r"^(?:[\w\-:^$| ]|\\[.dw]|\.\*|\.|\[0-9\]\+?|\[[\w\-]+\]|\\d\+|\(\?:|[()?])*$", re.ASCII)
MOST_WILD, MOST_STARS, MOST_LENGTH = 256, 6, 4000
# Words of the last part of a module, by matrix; with a share where the matrix is several modules.
LAST: dict[str, tuple[tuple[float, tuple[str, ...]], ...]] = {
    "q_proj": ((1, ("q_proj", "qkv_proj", "query", "Wqkv", "query_key_value", "c_attn", "W_pack")),),
    "o_proj": ((1, ("o_proj", "dense", "c_proj", "wo")),),
    "q_a_proj": ((1, ("q_a_proj", "wq_a")),),
    "q_b_proj": ((1, ("q_b_proj", "q_proj", "wq_b")),),
    "kv_a_proj": ((1, ("kv_a_proj_with_mqa", "wkv_a", "kv_a_proj")),),
    "kv_b_proj": ((1, ("kv_b_proj", "wkv_b")),),
    "o_a_proj": ((1, ("wo_a", "o_a_proj")),),
    "o_b_proj": ((1, ("wo_b", "o_b_proj")),),
    "compressor": ((1, ("compressor.wkv", "compressor")),),
    "index_q": ((1, ("indexer.wq_b", "indexer.q_proj")),),
    "index_k": ((1, ("indexer.wk", "indexer.k_proj")),),
    "index_weights": ((1, ("indexer.weights_proj",)),),
    "out_proj": ((1, ("out_proj", "o_proj")),),
    "ssm_in_proj": ((1, ("in_proj",)),),
    "ssm_out_proj": ((1, ("out_proj",)),),
    "ssm_x_proj": ((1, ("x_proj",)),),
    "ssm_dt_proj": ((1, ("dt_proj",)),),
    "conv_in_proj": ((1, ("in_proj",)),),
    "conv_out_proj": ((1, ("out_proj",)),),
    "down_proj": ((1, ("down_proj", "w2", "fc2", "dense_4h_to_h")),),
    "shared_down": ((1, ("down_proj", "w2")),),
    "experts_down": ((1, ("down_proj", "w2")),),
    "router": ((1, ("gate", "router", "router.gate")),),
    "latent_in": ((1, ("fc1_latent_proj",)),),
    "latent_out": ((1, ("fc2_latent_proj",)),),
    "g_proj": ((1, ("g_proj",)),),
    "g_a_proj": ((1, ("g_a_proj",)),),
    "g_b_proj": ((1, ("g_b_proj",)),),
    "f_a_proj": ((1, ("f_a_proj",)),),
    "f_b_proj": ((1, ("f_b_proj",)),),
}
UP = ((0.5, ("gate_proj", "w1", "gate_up_proj")), (0.5, ("up_proj", "w3", "gate_up_proj")))
ONE = ((1.0, ("up_proj", "w1", "fc1", "dense_h_to_4h")),)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A module, or equal ones: of a layer (None: of the model), with the elements of a matrix that it holds."""

    layer: int | None
    matrix: str
    role: str
    names: tuple[str, ...]
    elements: float
    experts: int = 1


def leaves(model: Model, order: Sequence[int]) -> list[Leaf]:
    """Every module of the language model; `order` is the group of each layer."""
    kinds = [list(_of_group(model, number)) for number in range(len(model.layers))]
    out = [
        Leaf(layer, leaf.matrix, leaf.role, leaf.names, leaf.elements, leaf.experts)
        for layer, group in enumerate(order)
        for leaf in kinds[group]
    ]
    for matrix in matrices(model):
        if matrix.role in ("embedding", "head"):
            names = ("lm_head", "head") if matrix.role == "head" else ("embed_tokens", "embeddings", "word_embeddings")
            out.append(Leaf(None, matrix.name, matrix.role, names, matrix.elements))
    return out


def _of_group(model: Model, number: int) -> Iterator[Leaf]:
    group = model.layers[number].model_copy(update={"count": 1})
    alone = model.model_copy(update={"layers": (group,)})
    linear = next((m for m in group.mixers if isinstance(m, LinearAttention)), None)
    softmax = next((m for m in group.mixers if isinstance(m, Attention)), None)
    for matrix in matrices(alone):
        if matrix.role in ("embedding", "head"):
            continue
        for share, last in _parts(matrix, linear, softmax):
            names = tuple(f"{parent}{word}" for parent in _parents(matrix, linear) for word in last)
            yield Leaf(0, matrix.name, matrix.role, names, share * matrix.elements, matrix.experts)


def _parents(matrix: Matrix, linear: LinearAttention | None) -> list[str]:
    if matrix.role == "expert":
        return [f"{feeding}.experts.0." for feeding in FEEDING] + [f"{feeding}.experts." for feeding in FEEDING]
    if matrix.role == "shared_expert":
        return [f"{feeding}.{shared}." for feeding in FEEDING for shared in SHARED] + ["shared_mlp."]
    if matrix.role in ("mlp", "router"):
        return [f"{feeding}." for feeding in FEEDING]
    if matrix.name.startswith("conv_"):
        return ["conv."]
    if linear is not None and matrix.name in ("in_proj", "out_proj"):
        return ["linear_attn."] if linear.variant == "gated_delta" else ["self_attn.", "attn.", "attention."]
    return [f"{attention}." for attention in ATTENTION]


def _parts(
    matrix: Matrix, linear: LinearAttention | None, softmax: Attention | None
) -> Sequence[tuple[float, tuple[str, ...]]]:
    if matrix.name in ("gate_up_proj", "shared_up", "experts_up"):
        return UP if matrix.fused == 2 else ONE
    if matrix.name == "in_proj" and linear is not None:
        return _inputs(linear)
    if matrix.name == "kv_proj":
        fused = ("qkv_proj", "Wqkv", "query_key_value", "c_attn", "W_pack")
        if softmax is None or softmax.k_eq_v:
            return ((1.0, ("k_proj", "wkv", *fused)),)
        keys = softmax.head_dim / (softmax.head_dim + softmax.v_dim)
        return ((keys, ("k_proj", "key", *fused)), (1 - keys, ("v_proj", "value", *fused)))
    return LAST.get(matrix.name, ((1.0, (matrix.name,)),))


def _inputs(a: LinearAttention) -> Sequence[tuple[float, tuple[str, ...]]]:
    """Modules that the inputs of linear attention come from, by their widths."""
    k, v = a.k_heads * a.k_dim, a.v_heads * a.v_dim
    parts: list[tuple[int, tuple[str, ...]]]
    if a.variant == "gated_delta":
        total = 2 * k + 2 * v + 2 * a.v_heads
        parts = [(2 * k + v, ("in_proj_qkv", "in_proj_qkvz")), (v, ("in_proj_z", "in_proj_qkvz"))]
        parts += [(a.v_heads, ("in_proj_b", "in_proj_ba")), (a.v_heads, ("in_proj_a", "in_proj_ba"))]
    elif a.variant == "kda":
        total = 2 * k + v + a.v_heads
        parts = [(k, ("q_proj",)), (k, ("k_proj",)), (v, ("v_proj",)), (a.v_heads, ("b_proj",))]
    else:
        return ((1.0, ("qkv_proj", "q_proj", "r_proj")),)
    return [(width / total, names) for width, names in parts]


class Selection:
    """What a list of patterns chooses; each entry a name, a name with wildcards, or `re:` and a regular expression.

    An entry without wildcards chooses the module of that name and what lies in it. Raises ModelError for expressions
    that could take long, and for lists of too many wildcards.
    """

    def __init__(self, entries: Iterable[object]) -> None:
        self._whole: set[tuple[int | None, str]] = set()
        self._experts: dict[tuple[int, str], set[int]] = {}
        self._wild: list[tuple[int | None, re.Pattern[str]]] = []
        for entry in entries:
            if isinstance(entry, str) and entry:
                self._add(entry[:MOST_LENGTH])
        if len([layer for layer, _ in self._wild if layer is None]) > MOST_WILD:
            raise ModelError(f"quantization_config: more than {MOST_WILD} patterns")

    def _add(self, entry: str) -> None:
        if entry.startswith("re:"):
            self._wild.append((None, _compiled(entry[3:])))
            return
        if ELSEWHERE.search(entry):
            return
        found = INDEXED.match(entry)
        layer, rest = (int(found.group(1)[:9]), found.group(2) or found.group(3) or "") if found else (None, entry)
        if "*" in rest or "?" in rest:
            self._wild.append((layer, _globbed(rest)))
        elif layer is not None and (expert := EXPERT.search(rest)):
            key = (layer, EXPERT.sub("experts.0", rest))
            self._experts.setdefault(key, set()).add(int(expert.group(1)[:9]))
        else:
            self._whole.add((layer, rest))

    @cached_property
    def _by_layer(self) -> dict[int | None, list[re.Pattern[str]]]:
        table: dict[int | None, list[re.Pattern[str]]] = {}
        for layer, pattern in self._wild:
            table.setdefault(layer, []).append(pattern)
        return table

    def share(self, leaf: Leaf) -> float:
        """The part of a module's elements that is chosen: all, none, or some of its experts."""
        if any(self._named(leaf, name) or self._fits(leaf, name) for name in leaf.names):
            return 1.0
        if leaf.layer is None or not self._experts:
            return 0.0
        some = (self._experts.get((leaf.layer, name), set()) for name in leaf.names)
        return min(1.0, max((len(found) for found in some), default=0) / leaf.experts)

    def _named(self, leaf: Leaf, name: str) -> bool:
        parts = name.split(".")
        heads = (".".join(parts[: i + 1]) for i in range(len(parts)))
        if (leaf.layer, "") in self._whole and leaf.layer is not None:
            return True
        if any((leaf.layer, head) in self._whole for head in heads):
            return True
        if leaf.layer is None:
            return any((None, f"{before}.{name}") in self._whole for before in ("model", "backbone", "transformer"))
        return any((None, part) in self._whole for part in (*parts, name))

    def _fits(self, leaf: Leaf, name: str) -> bool:
        if leaf.layer is not None and any(p.match(name) for p in self._by_layer.get(leaf.layer, ())):
            return True
        whole = name if leaf.layer is None else f"model.layers.{leaf.layer}.{name}"
        return any(p.match(whole) for p in self._by_layer.get(None, ()))


def _globbed(text: str) -> re.Pattern[str]:
    if text.count("*") > MOST_STARS:
        raise ModelError(f"quantization_config: {text[:60]!r} has more than {MOST_STARS} wildcards")
    return re.compile(translate(text))


def _compiled(text: str) -> re.Pattern[str]:
    nested = re.search(r"[*+?)][*+]|\)[*+?{]", text)
    if not SAFE.match(text) or nested or text.count(".*") > MOST_STARS or text.count("(") > MOST_WILD:
        raise ModelError(f"quantization_config: the expression {text[:60]!r} is not read")
    try:
        return re.compile(text, re.ASCII)
    except re.error as error:
        raise ModelError(f"quantization_config: {text[:60]!r} is no regular expression ({str(error)[:60]})") from error
