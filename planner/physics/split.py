"""Ways to cut a model over devices, which of them are legal, and how one is written."""

from __future__ import annotations

from models_db.formats import Format
from models_db.matrices import Matrix, matrices
from models_db.schema import Attention, LatentAttention, LinearAttention, Model, Moe, StateSpace
from planner.frozen import dataclass
from planner.physics.engines import Engine

TP_SIZES = (1, 2, 4, 8, 16)
PP_SIZES = (1, 2, 4)
DP_SIZES = (1, 2, 4, 8)
# Share of the weights whose groups a cut need not keep: who makes a checkpoint leaves so few in 16 bits. The one dense
# layer before 45 of experts is a thousandth of GLM-4.5-Air, whose AWQ checkpoint was served at tp 4 ep 4.
SPARED = 0.005


@dataclass(frozen=True, slots=True)
class Split:
    """One way to cut a model: tensor, pipeline, expert and attention-data parallel widths."""

    tp: int = 1
    pp: int = 1
    ep: int = 1
    dp: int = 1

    def __str__(self) -> str:
        """As it is shown: `tp2 pp4`; widths of one are left out, but for tp.

        >>> print(Split(tp=1, pp=4), "/", Split(tp=2, ep=4, dp=2))
        tp1 pp4 / tp2 ep4 dp2
        """
        widths = (("tp", self.tp), ("pp", self.pp), ("ep", self.ep), ("dp", self.dp))
        return " ".join(f"{name}{width}" for name, width in widths if name == "tp" or width > 1)


def is_moe(model: Model) -> bool:
    return any(isinstance(f, Moe) for group in model.layers for f in group.ffns)


def split_problem(model: Model, split: Split) -> str | None:
    """Why `model` cannot be cut this way, the width at fault first, or None."""
    if split.pp > model.n_layers:
        return f"pp {split.pp} is more than the {model.n_layers} layers"
    if split.dp > 1 and split.ep != split.tp * split.dp:
        return f"dp {split.dp} needs ep {split.tp * split.dp}"
    if split.ep not in (1, split.tp * split.dp):
        return f"ep {split.ep} is neither 1 nor tp x dp = {split.tp * split.dp}"
    for group in model.layers:
        for mixer in group.mixers:
            problem = _mixer_problem(mixer, split.tp)
            if problem:
                return problem
        for ffn in group.ffns:
            if isinstance(ffn, Moe) and ffn.experts % split.ep:
                return f"ep {split.ep} does not divide the {ffn.experts} experts"
            if ffn.intermediate % split.tp and split.ep == 1:
                return f"tp {split.tp} does not divide the feed-forward width {ffn.intermediate}"
    return f"ep {split.ep} without experts" if split.ep > 1 and not is_moe(model) else None


def _mixer_problem(mixer: object, tp: int) -> str | None:
    if isinstance(mixer, Attention):
        if mixer.heads % tp:
            return f"tp {tp} does not divide the {mixer.heads} attention heads"
        if max(tp, mixer.kv_heads) % min(tp, mixer.kv_heads):
            return f"tp {tp} does not fit the {mixer.kv_heads} KV heads"
    elif isinstance(mixer, LatentAttention) and mixer.heads % tp:
        return f"tp {tp} does not divide the {mixer.heads} attention heads"
    elif isinstance(mixer, LinearAttention) and mixer.k_heads % tp:
        return f"tp {tp} does not divide the {mixer.k_heads} linear key heads"
    elif isinstance(mixer, StateSpace) and mixer.heads % tp and mixer.inner % tp:
        return f"tp {tp} does not divide the {mixer.heads} state-space heads"
    return None


def format_problem(model: Model, fmt: Format, split: Split) -> str | None:
    """Why the scale blocks of `fmt` do not survive the cut, or None; few weights may do without (SPARED)."""
    if fmt.per not in ("block", "group") or fmt.group is None:
        return None
    torn = [m for m in matrices(model) if _torn(m, model, fmt, split)]
    if sum(m.elements for m in torn) <= SPARED * sum(m.elements for m in matrices(model)):
        return None
    width = _cut_width(torn[0], split, both=fmt.per == "block")
    return f"{fmt.id} groups of {fmt.group} do not divide {torn[0].name} at tp {split.tp} ({width} columns)"


def _torn(matrix: Matrix, model: Model, fmt: Format, split: Split) -> bool:
    """Whether a cut goes through a group of scales."""
    if not fmt.covers(model, matrix) or (fmt.dealt and matrix.role == "expert"):
        return False
    width = _cut_width(matrix, split, both=fmt.per == "block")
    return width is not None and width % (fmt.group or 1) != 0


def _cut_width(matrix: Matrix, split: Split, *, both: bool) -> int | None:
    expert = matrix.shard.startswith("expert")
    tp = 1 if expert and split.ep > 1 else split.tp
    if tp == 1:
        return None
    if matrix.shard in ("row", "expert_row"):
        return matrix.cols // tp
    if both and matrix.shard in ("column", "expert_column"):
        return matrix.rows // matrix.fused // tp
    return None


def splits(model: Model, engine: Engine, *, max_gpus: int) -> list[Split]:
    """Every legal cut of at most `max_gpus` devices a replica under `engine`."""
    if engine.cuts == "stages":
        return [Split(pp=pp) for pp in range(1, min(8, max_gpus, model.n_layers) + 1)]
    options = [Split(tp=tp, pp=pp) for tp in TP_SIZES for pp in PP_SIZES]
    if is_moe(model):
        for tp in TP_SIZES:
            options += [Split(tp=tp, ep=tp * dp, dp=dp) for dp in DP_SIZES if tp * dp > 1]
    fits = [s for s in options if s.tp * s.pp * s.dp <= max_gpus]
    return [s for s in fits if split_problem(model, s) is None]
