"""What formats cost in quality, and which of them may be chosen without being named."""

from __future__ import annotations

from collections.abc import Sequence

from models_db.catalog import looks_like_path
from models_db.checkpoints import is_converted
from models_db.formats import Format, KvFormat, find_format
from models_db.loss_record import Loss, ServedLoss
from models_db.quantization_loss import LONG_CONTEXT, loss
from models_db.schema import Model
from planner.answers import FormatLoss, ServedQuality
from planner.request.request import Request

# Benchmarks that a text names before it counts the rest.
NAMED = 4


def checkpoint(request: Request, model: Model) -> str:
    """The name of the checkpoint that is asked for, whose measurements count first."""
    return named(request.model, model)


def named(asked: str | None, model: Model) -> str:
    """The name asked for, or the record's where a file or nothing is."""
    return model.id if asked is None or looks_like_path(asked) else asked


def served_loss(request: Request, model: Model, weights: str, kv: str) -> ServedLoss:
    """The loss of two formats under the request's traffic."""
    long_context = request.mean_tokens >= LONG_CONTEXT
    return loss(model, weights, kv, long_context=long_context, name=checkpoint(request, model))


def allowed_pairs(
    request: Request, model: Model, weights: Sequence[Format], caches: Sequence[KvFormat]
) -> set[tuple[str, str]]:
    """Weight and cache formats, by id, that may be chosen: what is named always may, the others where the loss of what
    is not named is known to be within the request's limit."""
    named = bool(request.scope.formats) or is_converted(model)
    if request.quality.any_quality or (named and request.scope.kv_formats):
        return {(f.id, kv.id) for f in weights for kv in caches}
    # What weights lose is the same with each cache, and the other way round.
    of_weights = {f.id: served_loss(request, model, f.id, caches[0].id).weights for f in weights if caches}
    of_caches = {kv.id: served_loss(request, model, weights[0].id, kv.id).cache for kv in caches if weights}
    return {
        (f.id, kv.id)
        for f in weights
        for kv in caches
        if _may(request, ServedLoss(of_weights[f.id], of_caches[kv.id]), named=named)
    }


def _may(request: Request, found: ServedLoss, *, named: bool) -> bool:
    """named: the weight format was asked for, by itself or with a checkpoint that is stored in it."""
    terms, scope = request.quality, request.scope
    if named:
        return found.cache.within(terms.max_loss_pct)
    if scope.kv_formats:
        return found.weights.within(terms.max_loss_pct)
    return found.within(terms.max_loss_pct)


def quality(request: Request, model: Model, weights: str, kv: str) -> ServedQuality:
    """The quality of two formats under the request's traffic, as a record."""
    return quality_record(served_loss(request, model, weights, kv), model, weights, request.quality.max_loss_pct)


def quality_record(found: ServedLoss, model: Model, weights: str, max_loss_pct: float) -> ServedQuality:
    """What is known of the loss of two formats, as a record."""
    together = found.together
    native = weights == model.native.format
    return ServedQuality(
        loss_pct=_rounded(together.loss_pct), range_pct=_lost(together), benchmark=benchmark_text(together),
        evidence=together.nearness, within_limit=found.within(max_loss_pct),
        made_with="" if native else find_format(weights).made_with,
        weights=format_loss(found.weights), cache=format_loss(found.cache),
    )  # fmt: skip


def format_loss(found: Loss) -> FormatLoss:
    return FormatLoss(
        format=found.format, loss_pct=_rounded(found.loss_pct), range_pct=_lost(found), evidence=found.nearness,
        measured=found.kind, rows=found.rows, questions=found.questions, models=list(found.models),
        benchmarks=list(found.benchmarks), sources=list(found.sources), note=found.note,
    )  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _lost(found: Loss) -> tuple[float, float] | None:
    """The 80 % range of the loss [%]."""
    if found.range_pct is None:
        return None
    low, high = found.range_pct
    return round(100.0 - high, 2), round(100.0 - low, 2)


def benchmark_text(found: Loss) -> str:
    """On which benchmarks an estimate rests."""
    names = found.benchmarks
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
