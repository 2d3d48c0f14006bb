"""Replica designs as columns: which format on which GPU, split how; and which of them are legal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from hardware_db.schema import Accelerator
from models_db.formats import Format, KvFormat
from models_db.matrices import Matrix, matrices
from models_db.schema import Attention, LatentAttention, LinearAttention, Model, Moe, StateSpace
from planner.physics.engines import Engine
from planner.physics.kernels import Support, kv_supported, support

Ints = npt.NDArray[np.int64]
TP_SIZES = (1, 2, 4, 8, 16)
PP_SIZES = (1, 2, 4)
DP_SIZES = (1, 2, 4, 8)


@dataclass(frozen=True, slots=True)
class Split:
    """One way to cut a model: tensor, pipeline, expert and attention-data parallel widths."""

    tp: int = 1
    pp: int = 1
    ep: int = 1
    dp: int = 1


@dataclass(frozen=True)
class Designs:
    """D designs of one model; index columns point into the tuples, the rest are plain numbers."""

    model: Model
    gpus: tuple[Accelerator, ...]
    formats: tuple[Format, ...]
    kv_formats: tuple[KvFormat, ...]
    engines: tuple[Engine, ...]
    gpu: Ints
    fmt: Ints
    kv: Ints
    engine: Ints
    tp: Ints
    pp: Ints
    ep: Ints
    dp: Ints
    refused: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.gpu)

    @property
    def gpus_per_replica(self) -> Ints:
        return self.tp * self.pp * self.dp

    def of_engine(self, field: str) -> npt.NDArray[Any]:
        """A field of each design's engine."""
        return np.array([getattr(engine, field) for engine in self.engines])[self.engine]

    def groups(self, *names: str) -> tuple[list[tuple[int, ...]], Ints]:
        """Distinct combinations of the named columns, and for each design the index of its own."""
        columns = [getattr(self, name) for name in names]
        code = np.zeros(len(self), dtype=np.int64)
        for column in columns:
            code = code * (int(column.max(initial=0)) + 1) + column
        _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
        keys = np.stack([column[first] for column in columns], axis=1).tolist()
        return [tuple(key) for key in keys], inverse

    @classmethod
    def single(cls, model: Model, gpu: Accelerator, fmt: Format, kv: KvFormat, engine: Engine, split: Split) -> Designs:
        """One design, legal or not: what is known to run is not asked whether it may."""
        numbers = {"gpu": 0, "fmt": 0, "kv": 0, "engine": 0, "tp": split.tp, "pp": split.pp, "ep": split.ep}
        columns: dict[str, Any] = {name: np.array([n]) for name, n in (numbers | {"dp": split.dp}).items()}
        return cls(model, (gpu,), (fmt,), (kv,), (engine,), **columns)

    def take(self, index: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Designs:
        columns = {name: getattr(self, name)[index] for name in COLUMNS}
        return Designs(self.model, self.gpus, self.formats, self.kv_formats, self.engines, **columns)


COLUMNS = ("gpu", "fmt", "kv", "engine", "tp", "pp", "ep", "dp")


def is_moe(model: Model) -> bool:
    return any(isinstance(f, Moe) for group in model.layers for f in group.ffns)


def split_problem(model: Model, split: Split) -> str | None:
    """Why `model` cannot be cut this way, or None."""
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
    return "ep without experts" if split.ep > 1 and not is_moe(model) else None


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
    """Why the scale blocks of `fmt` do not survive the cut, or None."""
    if fmt.per not in ("block", "group") or fmt.group is None:
        return None
    for matrix in matrices(model):
        if not fmt.covers(model, matrix.role):
            continue
        width = _cut_width(matrix, split, both=fmt.per == "block")
        if width is not None and width % fmt.group:
            return f"{fmt.id} groups of {fmt.group} do not divide {matrix.name} at tp {split.tp} ({width} columns)"
    return None


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
    if engine.id == "llama.cpp":
        return [Split(pp=pp) for pp in range(1, min(8, max_gpus, model.n_layers) + 1)]
    options = [Split(tp=tp, pp=pp) for tp in TP_SIZES for pp in PP_SIZES]
    if is_moe(model):
        for tp in TP_SIZES:
            options += [Split(tp=tp, ep=tp * dp, dp=dp) for dp in DP_SIZES if tp * dp > 1]
    fits = [s for s in options if s.tp * s.pp * s.dp <= max_gpus]
    return [s for s in fits if split_problem(model, s) is None]


def enumerate_designs(
    model: Model,
    gpus: Sequence[Accelerator],
    formats: Sequence[Format],
    kv_formats: Sequence[KvFormat],
    engines: Sequence[Engine],
    *,
    max_gpus: int = 16,
    only: Split | None = None,
) -> Designs:
    """All legal designs of the scope; `refused` counts the reasons of those left out."""
    rows: list[tuple[int, ...]] = []
    refused: dict[str, int] = {}
    for e, engine in enumerate(engines):
        cuts = [only] if only else splits(model, engine, max_gpus=max_gpus)
        allowed = [[s for s in cuts if format_problem(model, fmt, s) is None] for fmt in formats]
        for g, gpu in enumerate(gpus):
            kvs = [k for k, kv in enumerate(kv_formats) if kv_supported(kv, gpu, engine.id)]
            for f, fmt in enumerate(formats):
                answer: Support = support(fmt, gpu, engine.id)
                if answer.level == "none":
                    refused[answer.why] = refused.get(answer.why, 0) + 1
                    continue
                rows += [
                    (g, f, k, e, s.tp, s.pp, s.ep, s.dp)
                    for k in kvs
                    for s in allowed[f]
                    if s.tp * s.dp <= max(8, gpu.scale_up_domain_size)
                ]
    table = np.array(rows, dtype=np.int64).reshape(-1, len(COLUMNS))
    columns = dict(zip(COLUMNS, table.T, strict=True))
    return Designs(model, tuple(gpus), tuple(formats), tuple(kv_formats), tuple(engines), refused=refused, **columns)
