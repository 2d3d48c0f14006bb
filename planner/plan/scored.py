"""A benchmark's score belongs to a checkpoint in its own format: what other formats may lose of it."""

from __future__ import annotations

from models_db.quality import ScoredModel
from models_db.schema import HIGHEST_PER_CENT
from planner.physics.kernels import HALF
from planner.plan.quality import served_loss
from planner.request.request import Request

KEPT_SCORE = "a score is of the checkpoint in its own format; a format that loses x % of it keeps so much less"


def as_scored(request: Request, scored: ScoredModel, least: float) -> Request | None:
    """The request of one checkpoint whose formats lose no more than what its score is above the floor; None where none
    of those named does.

    A rating of an arena is no share of right answers, so only the checkpoint's own format keeps it.
    """
    score, terms, asked = scored.score.score, request.quality, request.named(scored.checkpoint)
    spare = 100.0 * (1.0 - least / score) if least < score <= HIGHEST_PER_CENT else 0.0
    most = spare if terms.any_quality else min(spare, terms.max_loss_pct)
    quality = asked.quality.model_copy(update={"max_loss_pct": most, "any_quality": False})
    scope = asked.scope
    formats = tuple(f for f in scope.formats if served_loss(asked, scored.model, f, HALF[0]).weights.within(spare))
    caches = tuple(kv for kv in scope.kv_formats if served_loss(asked, scored.model, HALF[0], kv).cache.within(spare))
    if bool(formats) != bool(scope.formats) or bool(caches) != bool(scope.kv_formats):
        return None
    kept = scope.model_copy(update={"formats": formats, "kv_formats": caches})
    return asked.model_copy(update={"quality": quality, "scope": kept})
