"""Records of the model catalog: what a model is made of, layer by layer, and where that is stated.

A model is a list of layer groups; a group is a mixer or several (attention, latent attention, linear
attention, state space), a feed-forward part or several, and the small parameters (norms, biases,
sinks) that no GEMM touches. Everything else (parameter totals, KV bytes, GEMM shapes) follows.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from planner.dates import real_date

Count = Annotated[int, Field(ge=1, le=2**31)]
Count0 = Annotated[int, Field(ge=0, le=2**31)]
Elements = Annotated[int, Field(ge=0, le=2**50)]
Date = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$"), AfterValidator(real_date)]
# TOML and JSON have lists, records have tuples: the sequence itself is lax, its items stay strict.
Lax = Field(strict=False)
# Scores of models are per cent, or ratings of an arena.
HIGHEST_SCORE, HIGHEST_PER_CENT = 10_000.0, 100.0
Role = Literal["attention", "mlp", "expert", "shared_expert", "router", "embedding", "head", "small", "vision"]


class ModelRecord(BaseModel):
    """Base of every catalog record: strict, frozen, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class Attention(ModelRecord):
    """Softmax attention with `kv_heads` key/value heads (MHA, GQA, MQA)."""

    kind: Literal["attention"] = "attention"
    heads: Count
    kv_heads: Count
    head_dim: Count
    v_head_dim: Count | None = None
    q_rank: Count | None = None
    window: Count | None = None
    chunked: bool = False
    kv: Literal["own", "shared", "image", "none"] = "own"
    k_eq_v: bool = False
    gate: bool = False
    sparse_topk: Count | None = None
    index_heads: Count0 = 0
    index_dim: Count0 = 0

    @property
    def v_dim(self) -> int:
        return self.v_head_dim or self.head_dim


class LatentAttention(ModelRecord):
    """Multi-head latent attention (DeepSeek-V2 and later): one latent of `kv_rank + rope_dim` a token."""

    kind: Literal["mla"] = "mla"
    heads: Count
    q_rank: Count | None = None
    kv_rank: Count
    nope_dim: Count
    rope_dim: Count0
    v_dim: Count
    gate: bool = False
    sparse_topk: Count | None = None
    index_heads: Count0 = 0
    index_dim: Count0 = 0


class CompressedAttention(ModelRecord):
    """DeepSeek-V4 attention: one entry every `ratio` tokens beside a sliding window; K and V are one."""

    kind: Literal["compressed"] = "compressed"
    heads: Count
    head_dim: Count
    q_rank: Count
    o_groups: Count
    o_rank: Count
    window: Count
    ratio: Count | None = None
    sparse_topk: Count | None = None
    index_heads: Count0 = 0
    index_dim: Count0 = 0


class LinearAttention(ModelRecord):
    """Attention with a constant state: gated delta net, Kimi delta attention, lightning
    attention, RWKV-7."""

    kind: Literal["linear"] = "linear"
    variant: Literal["gated_delta", "kda", "lightning", "rwkv7"]
    k_heads: Count
    v_heads: Count
    k_dim: Count
    v_dim: Count
    conv: Count0 = 0
    full_rank_gate: bool = True


class StateSpace(ModelRecord):
    """Mamba-1 or Mamba-2 mixer with `inner * state` recurrent elements a sequence."""

    kind: Literal["ssm"] = "ssm"
    variant: Literal["mamba1", "mamba2"]
    inner: Count
    state: Count
    conv: Count
    heads: Count = 1
    groups: Count = 1
    dt_rank: Count0 = 0


class ShortConv(ModelRecord):
    """Gated short convolution (LFM2): three projections in, a convolution over `conv` tokens, one out."""

    kind: Literal["conv"] = "conv"
    conv: Count


class Dense(ModelRecord):
    """Feed-forward block; `gated` means gate, up and down projections."""

    kind: Literal["dense"] = "dense"
    intermediate: Count
    gated: bool = True


class Moe(ModelRecord):
    """Mixture of experts: `topk` of `experts` run for a token, `shared` columns always do."""

    kind: Literal["moe"] = "moe"
    experts: Count
    topk: Count
    intermediate: Count
    gated: bool = True
    shared: Count0 = 0
    zero_experts: Count0 = 0
    latent: Count | None = None
    bias: bool = False

    @model_validator(mode="after")
    def _topk_within_experts(self) -> Self:
        if self.topk > self.experts + self.zero_experts:
            raise ValueError(f"topk {self.topk} is more than the {self.experts} experts")
        return self


Mixer = Annotated[
    Attention | LatentAttention | CompressedAttention | LinearAttention | StateSpace | ShortConv,
    Field(discriminator="kind"),
]
FeedForward = Annotated[Dense | Moe, Field(discriminator="kind")]


class Layers(ModelRecord):
    """`count` identical layers; `small_params` are the norms, biases and buffers of one of them."""

    count: Count
    mixers: Annotated[tuple[Mixer, ...], Lax] = ()
    ffns: Annotated[tuple[FeedForward, ...], Lax] = ()
    small_params: Elements = 0


class StoredShare(ModelRecord):
    """The part of the elements of all matrices of one name that a checkpoint stores in a format."""

    matrix: Annotated[str, Field(min_length=1, max_length=40)]
    format: str
    part: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 1.0


class Native(ModelRecord):
    """The storage format of a checkpoint and the roles it covers (empty: the format's own).

    mix: matrices of which some or all are stored in another format than most, the shares of each name adding up to one;
    kv: the format of the KV cache that the checkpoint has scales for.

    made_from: the format of the checkpoint that this one was quantized from; None where this is what was published
    first, the reference of quality. checkpoint: its name, where the record of its shapes goes by another.
    """

    format: str
    roles: Annotated[tuple[Role, ...], Lax] = ()
    mix: Annotated[tuple[StoredShare, ...], Field(max_length=256, strict=False)] = ()
    kv: str | None = None
    made_from: str | None = None
    checkpoint: Annotated[str, Field(max_length=1000)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for name in {share.matrix for share in self.mix}:
            total = sum(share.part for share in self.mix if share.matrix == name)
            if abs(total - 1) > 1e-6:
                raise ValueError(f"mix: the shares of {name} add up to {total:g}, not to 1")
        return self


class Uncounted(ModelRecord):
    """A part of a checkpoint that no total counts; without `params` nobody knows how large it is."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    params: Elements | None = None


class Encoder(ModelRecord):
    """The encoder of images or sound, as an engine profiles it at start with the largest items there are.

    width, layers, intermediate, gated: its hidden states and feed-forward blocks; item_tokens: tokens of the largest
    item in the language model; positions: patches or frames that make a token; input_width: elements of the input to a
    position; kept_width: elements a position of inner layers' outputs that stay until all have run; output_width:
    elements of the output for a token, of all levels; video_items: of so many of these items the longest video is made,
    where a context holds them (0: no video is larger than an item).
    """

    takes: Annotated[tuple[Literal["image", "video", "audio"], ...], Field(min_length=1, max_length=3, strict=False)]
    width: Count
    layers: Count
    intermediate: Count
    gated: bool = False
    item_tokens: Count
    positions: Count
    input_width: Count
    kept_width: Count0 = 0
    output_width: Count
    video_items: Count0 = 0


class Model(ModelRecord):
    """One model: shapes, totals as verified, and the sources of both."""

    id: Annotated[str, Field(min_length=1, max_length=200)]
    family: str
    architecture: str
    task: Literal["generate", "embed"] = "generate"
    hidden: Count
    vocab: Count
    tied_embeddings: bool
    max_context: Count | None = None
    layers: Annotated[tuple[Layers, ...], Field(min_length=1, max_length=512, strict=False)]
    small_params: Elements = 0
    lookup_params: Elements = 0
    unplaced_params: Elements = 0
    vision_params: Elements = 0
    encoder: Encoder | None = None
    rope_positions: Count0 | None = None
    mtp_layers: Count0 = 0
    mtp_params: Elements = 0
    left_out: Annotated[tuple[Uncounted, ...], Lax] = ()
    native: Native = Native.model_construct(format="bf16")
    params_published: Elements | None = None
    release: Date | None = None
    license: str | None = None
    notes: Annotated[tuple[str, ...], Lax] = ()
    sources: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]
    checked: Date

    def __hash__(self) -> int:
        """By its id alone: records are keys of what is kept, and have many parts. Equality is of all of them."""
        return hash(self.id)

    @property
    def checkpoint(self) -> str:
        """The name under which its weights are found: its id, unless another checkpoint of these shapes was named."""
        return self.native.checkpoint or self.id

    @property
    def leading_dense(self) -> int:
        """Dense layers that come before the expert layers of a mixture of experts."""
        first, rest = self.layers[0], self.layers[1:]
        dense = all(isinstance(f, Dense) for f in first.ffns)
        return first.count if dense and any(isinstance(f, Moe) for g in rest for f in g.ffns) else 0

    @property
    def n_layers(self) -> int:
        return sum(group.count for group in self.layers)
