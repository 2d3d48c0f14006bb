"""Weights of one GPU as the engine's start-up log counts them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from models_db.cache import cache_layers
from models_db.formats import Format, small_bits, weight_bits
from models_db.matrices import Matrix, matrices
from models_db.schema import Model
from planner.formulas.memory import allocated_bytes, padded, shard
from planner.frozen import dataclass
from planner.physics.split import Split

VOCAB_MULTIPLE = 64
DENSE = ("mlp", "shared_expert", "head")
TENSOR = {"q_proj": "qkv", "kv_proj": "qkv"}


@dataclass(frozen=True, slots=True)
class Loading:
    """What an engine does to weights as it loads them, beyond sharding.

    `expert_hidden` and `expert_width` are the multiples that expert matrices are padded to; `latent_copies`
    keeps the up-projections of latent attention a second time in 16 bit, for the absorbed decode; without `embedding`
    it stays in host memory, and a tied head is a tensor of its own; `stages`: layers of each pipeline stage, where they
    are set.
    """

    rope_table: bool = True
    latent_copies: bool = True
    vision: bool = True
    dense_over_dp: bool = False
    embedding: bool = True
    expert_hidden: int = 1
    expert_width: int = 1
    stages: tuple[int, ...] = ()

    def layers(self, model: Model, pp: int) -> list[int]:
        """Layers of each of `pp` stages: as they are set for so many, else as they are dealt."""
        return list(self.stages) if len(self.stages) == pp else stages(model, pp)


def rank_shape(matrix: Matrix, split: Split) -> tuple[int, int, int]:
    """Rows, columns and experts of one rank's part of `matrix`."""
    rows, cols, experts = matrix.rows, matrix.cols, matrix.experts
    if matrix.shard == "vocab":
        return shard(padded(rows, VOCAB_MULTIPLE), split.tp), cols, 1
    if matrix.shard == "kv":
        width = rows // matrix.kv_heads
        return max(1, shard(matrix.kv_heads, split.tp)) * width, cols, 1
    if matrix.shard.startswith("expert"):
        if split.ep > 1:
            return rows, cols, shard(experts, split.ep)
        rows = shard(rows, split.tp) if matrix.shard == "expert_column" else rows
        return rows, shard(cols, split.tp) if matrix.shard == "expert_row" else cols, experts
    if matrix.shard == "column":
        return shard(rows, split.tp), cols, 1
    return rows, shard(cols, split.tp) if matrix.shard == "row" else cols, 1


def stages(model: Model, pp: int) -> list[int]:
    """Layers of each pipeline stage; what does not divide goes to the stages before the last (vLLM's rule)."""
    base, rest = divmod(model.n_layers, pp)
    counts = [base] * pp
    for i in range(rest):
        counts[-2 - i if pp > 1 else 0] += 1
    return counts


@lru_cache(maxsize=65536)
def weights_bytes(
    model: Model, fmt: Format, split: Split, loading: Loading | None = None, *, stage: int | None = None
) -> float:
    """Bytes of the weights on one rank of `stage`, by default of the fullest stage.

    Source: tensor shapes by TP shard, vLLM's vocabulary padding and pipeline split, PyTorch's allocator
    rounding of fused tensors, the RoPE table. Reproduces vLLM's "Model loading took": see docs/accuracy.md.
    """
    loading = loading or Loading()
    tensors, layers = _tensors(model, fmt, split, loading), loading.layers(model, split.pp)
    small = sum(group.count * group.small_params for group in model.layers)
    rope = _rope_bytes(model) if loading.rope_table else 0.0
    copies = _latent_copies(model, split.tp) if loading.latent_copies else 0.0
    found = []
    for i in range(split.pp) if stage is None else (stage,):
        share = layers[i] / model.n_layers
        total = sum(size * _stage_share(model, matrix, layers, i) for matrix, size in tensors)
        total += (small * share + model.small_params) * small_bits(fmt) / 8.0
        if i == 0:
            total += _on_first_stage(model, fmt, split, loading)
        found.append(total + rope + copies * share)
    return max(found)


def _on_first_stage(model: Model, fmt: Format, split: Split, loading: Loading) -> float:
    """What no tensor shape tells: tables that are looked up, what has no place, and a vision tower."""
    vision = model.vision_params / split.tp if loading.vision else 0.0
    return (model.lookup_params + model.unplaced_params + vision) * fmt.wide_bits / 8.0


def _tensors(model: Model, fmt: Format, split: Split, loading: Loading) -> list[tuple[Matrix, float]]:
    """The copies of each matrix as the allocator holds them [bytes]; the parts of a fused tensor are counted
    together."""
    found, waiting = [], 0.0
    wide = Split(tp=split.tp * split.dp) if loading.dense_over_dp else split
    for whole in matrices(model):
        matrix = _as_loaded(model, whole, loading)
        if matrix is None:
            continue
        cut = wide if matrix.role in DENSE else split
        rows, cols, experts = _padded_shape(matrix, rank_shape(matrix, cut), loading, _dealt(fmt, cut))
        tensor = rows * experts * (cols * weight_bits(fmt, matrix, model, loaded=True) / 8.0 + 2.0 * matrix.bias)
        if matrix.name == "q_proj" and TENSOR.get(_after(model, matrix)) == "qkv":
            waiting = tensor
            continue
        found.append((matrix, allocated_bytes(tensor + waiting) * matrix.copies))
        waiting = 0.0
    return found


def _as_loaded(model: Model, matrix: Matrix, loading: Loading) -> Matrix | None:
    """A matrix as it is loaded: embeddings that stay in host memory leave the tied head, or nothing."""
    if matrix.role != "embedding" or loading.embedding:
        return matrix
    return replace(matrix, name="lm_head", role="head") if model.tied_embeddings else None


@lru_cache(maxsize=4096)
def _after(model: Model, matrix: Matrix) -> str:
    table = matrices(model)
    if matrix not in table:
        return ""
    index = table.index(matrix) + 1
    return table[index].name if index < len(table) else ""


def _dealt(fmt: Format, split: Split) -> int:
    """Columns of an expert that a rank gets together: whole groups, where it gets a part of the expert at all."""
    return fmt.group or 1 if fmt.dealt and split.tp > 1 and split.ep == 1 else 1


def _padded_shape(matrix: Matrix, shape: tuple[int, int, int], loading: Loading, dealt: int) -> tuple[int, int, int]:
    rows, cols, experts = shape
    if matrix.role != "expert" or (loading.expert_hidden, loading.expert_width, dealt) == (1, 1, 1):
        return shape
    if matrix.shard == "expert_column":
        one = padded(rows // matrix.fused, dealt)
        return padded(one, loading.expert_width) * matrix.fused, padded(cols, loading.expert_hidden), experts
    return padded(rows, loading.expert_hidden), padded(padded(cols, dealt), loading.expert_width), experts


def _stage_share(model: Model, matrix: Matrix, counts: list[int], stage: int) -> float:
    """Share of a matrix's copies that lie on one pipeline stage; leading dense layers lie on the first."""
    if matrix.role in ("embedding", "head"):
        # A tied head needs the embedding on the last stage too.
        first, last = stage == 0, stage == len(counts) - 1
        wanted = first or (last and model.tied_embeddings) if matrix.role == "embedding" else last
        return 1.0 if wanted else 0.0
    start, count = sum(counts[:stage]), counts[stage]
    lead = model.leading_dense
    if not lead:
        return count / model.n_layers
    inside = max(0, min(lead, start + count) - start)
    if matrix.role == "mlp" and matrix.name in ("gate_up_proj", "down_proj") and matrix.copies == lead:
        return inside / lead
    if matrix.role in ("expert", "shared_expert", "router"):
        return (count - inside) / (model.n_layers - lead)
    return count / model.n_layers


def _rope_bytes(model: Model) -> float:
    """Cosine and sine tables in 16 bit, one for each rotary width."""
    rows = model.rope_positions or model.max_context or 0
    widths = {
        layer.v_elements if layer.kind == "mla" else layer.k_elements
        for layer in cache_layers(model)
        if layer.kind in ("gqa", "mla") and layer.stored
    }
    return float(sum(rows * width * 2 for width in widths))


def _latent_copies(model: Model, tp: int) -> float:
    return sum(2.0 * shard(m.rows, tp) * m.cols * m.copies for m in matrices(model) if m.name == "kv_b_proj")
