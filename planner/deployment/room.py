"""The room that a model finds on a GPU, and what would make more of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from models_db.checkpoints import is_converted
from models_db.formats import Format, KvFormat, formats, kv_formats
from models_db.loss_record import ServedLoss
from models_db.quantization_loss import loss
from models_db.schema import Model
from planner.answers import ServedQuality
from planner.formulas.memory import GIB
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.engines import Engine
from planner.physics.footprint import footprint
from planner.physics.kernels import HALF, kv_supported, support
from planner.physics.kv_cache import cache_bytes
from planner.physics.split import Split, format_problem
from planner.plan.quality import quality_record
from planner.request.request import QualityTerms


@dataclass(frozen=True)
class Losses:
    """What formats cost a checkpoint in quality, and which are named as a way to make room."""

    model: Model
    name: str
    long_context: bool
    terms: QualityTerms

    @cached_property
    def _known(self) -> dict[tuple[str, str], ServedLoss]:
        """What was looked up: GPUs have the same formats."""
        return {}

    def _loss(self, weights: str, kv: str) -> ServedLoss:
        key = weights, kv
        if key not in self._known:
            self._known[key] = loss(self.model, weights, kv, long_context=self.long_context, name=self.name)
        return self._known[key]

    def allowed(self, weights: str, kv: str) -> bool:
        """Whether both lose no more than allowed; of a checkpoint that was made in its format, the cache."""
        lost = self._loss(weights, kv)
        part = lost.cache if is_converted(self.model) else lost
        return self.terms.any_quality or part.within(self.terms.max_loss_pct)

    def text(self, weights: str, kv: str, what: str) -> str:
        """A change by its name, with what is lost in all."""
        lost = self._loss(weights, kv).together.loss_pct
        return f"{what} (loss {'not measured' if lost is None else f'{lost:.1f} %'})"

    def record(self, weights: str, kv: str) -> ServedQuality:
        return quality_record(self._loss(weights, kv), self.model, weights, self.terms.max_loss_pct)


@dataclass(frozen=True)
class Need:
    """What must fit: a model under an engine, tokens of a sequence, sequences at once; and what changes may lose."""

    coefficients: Coefficients
    model: Model
    engine: Engine
    context: int
    sequences: int
    losses: Losses


@dataclass(frozen=True)
class Room:
    """Bytes of one GPU, a row a design: weights, the pool, and what a sequence takes of it."""

    weights: Array
    pool: Array
    each: Array

    @classmethod
    def of(cls, batch: Designs, need: Need) -> Room:
        parts = footprint(batch, need.coefficients, max_sequences=np.array([float(need.sequences)]))
        weights = np.broadcast_to(parts.weights, (len(batch), 1))[:, 0]
        return cls(weights, parts.kv_pool[:, 0], cache_bytes(batch, np.array(float(need.context))))

    @property
    def fits(self) -> Array:
        return self.pool >= self.each


def changes(need: Need, batch: Designs, rows: Sequence[int], room: Array) -> list[str]:
    """For each of some rows that do not fit, what would make it fit at this width, each change alone with the memory it
    gains; shortage first. Formats are those that lose no more than allowed, each with its loss.

    room: bytes left on a GPU of each row after one sequence, below zero.
    """
    if not rows:
        return []
    options = [(row, *option) for row in rows for option in _formats(need, batch, row)]
    found: dict[int, list[tuple[str, float]]] = {row: [] for row in rows}
    for (row, name, _, _), after in zip(options, _rooms(need, _in_formats(batch, options)), strict=True):
        found[row].append((name, after))
    chosen = batch.take(np.array(rows))
    larger = _rooms(need, chosen, fraction=0.95)
    fewer = _rooms(replace(need, sequences=min(need.sequences, 16)), chosen)
    for row, share, few in zip(rows, larger, fewer, strict=True):
        found[row] += [("memory fraction 0.95", share), ("16 sequences", few)]
    return [_text(batch.split_at(row), left, found[row]) for row, left in zip(rows, room.tolist(), strict=True)]


def _text(split: Split, room: float, tried: Sequence[tuple[str, float]]) -> str:
    gains = [
        f"{name} {(after - room) / GIB:+.1f} GiB{' (fits)' if after >= 0 else ''}"
        for name, after in tried
        if after > room
    ]
    return f"{-room / GIB:.1f} GiB a GPU short at the largest legal split tried ({split}); " + ", ".join(gains)


def _formats(need: Need, batch: Designs, row: int) -> Iterator[tuple[str, Format, KvFormat]]:
    """The formats that may make room for a row, with what each loses in words."""
    model, engine, losses, split = need.model, need.engine, need.losses, batch.split_at(row)
    gpu, fmt, kv = batch.gpus[batch.gpu[row]], batch.formats[batch.fmt[row]], batch.kv_formats[batch.kv[row]]
    for other in [] if is_converted(model) else formats().values():
        runs = other.remedy and support(other, gpu, engine.id).level != "none"
        if runs and not format_problem(model, other, split) and losses.allowed(other.id, HALF[0]):
            yield losses.text(other.id, kv.id, other.id), other, kv
    for cache in kv_formats().values():
        kept = cache.remedy and kv_supported(cache, gpu, engine.id) and kv.bits > cache.bits
        if kept and losses.allowed(model.native.format, cache.id):
            yield losses.text(fmt.id, cache.id, f"KV {cache.id}"), fmt, cache


def _in_formats(batch: Designs, options: Sequence[tuple[int, str, Format, KvFormat]]) -> Designs:
    """The rows of a batch in other formats."""
    fmts = list(dict.fromkeys(fmt for *_, fmt, _ in options))
    kvs = list(dict.fromkeys(kv for *_, kv in options))
    return replace(
        batch.take(np.array([row for row, *_ in options], dtype=np.int64)), formats=tuple(fmts), kv_formats=tuple(kvs),
        fmt=np.array([fmts.index(fmt) for *_, fmt, _ in options], dtype=np.int64),
        kv=np.array([kvs.index(kv) for *_, kv in options], dtype=np.int64),
    )  # fmt: skip


def _rooms(need: Need, designs: Designs, fraction: float | None = None) -> list[float]:
    """Bytes left on a GPU of each design after one sequence of the context; negative where it does not fit."""
    if not len(designs):
        return []
    parts = footprint(designs, need.coefficients, max_sequences=np.array([float(need.sequences)]), fraction=fraction)
    left: list[float] = (parts.kv_pool[:, 0] - cache_bytes(designs, np.array(float(need.context)))).tolist()
    return left
