"""Lengths of requests that nobody stated, where the context is too short for those of a chat."""

from __future__ import annotations

from planner.catalogs import Catalogs
from planner.plan.scope import of_its_task, under_usual_engine
from planner.request.lengths import Length
from planner.request.request import Request

DIRECTIONS = ("input_tokens", "output_tokens")
# Requests reach the context at so many standard deviations beyond their mean length, taken as of one direction.
DEVIATIONS = 2.0


def as_served(request: Request, catalogs: Catalogs) -> Request:
    """The request in the usual engine of its checkpoint, as its model answers it, with assumed lengths that fit."""
    return with_lengths_that_fit(of_its_task(under_usual_engine(request, catalogs), catalogs), catalogs)


def with_lengths_that_fit(request: Request, catalogs: Catalogs) -> Request:
    """The request with means that nobody stated cut to the context of the model and of the engine's setting.

    They stay unstated, so that they are listed as assumed. Stated lengths are left, also where they do not fit.
    """
    free = [key for key in DIRECTIONS if key not in request.model_fields_set]
    model = None if request.model is None else catalogs.models.find(request.model).model
    limits = [limit for limit in (request.engine.max_model_len, model and model.max_context) if limit]
    if not free or not limits:
        return request
    lengths: dict[str, Length] = {key: getattr(request, key) for key in DIRECTIONS}
    asked = sum(lengths[key].average for key in free)
    held = request.mean_tokens - asked
    spread = 1.0 + DEVIATIONS * max(length.spread for length in lengths.values())
    room = min(limits) / spread - held
    if room < len(free):
        room = min(limits) - held
    if asked <= room or room < len(free):
        return request
    cut = {key: lengths[key].model_copy(update={"mean": _part(lengths[key].average, asked, room)}) for key in free}
    made = request.model_copy(update=cut)
    made.model_fields_set.difference_update(free)
    return made


def _part(tokens: float, asked: float, room: float) -> float:
    """Whole tokens of one direction, in the proportion of those that were assumed."""
    return float(max(1, int(tokens * room / asked)))
