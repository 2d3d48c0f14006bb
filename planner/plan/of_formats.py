"""The candidates in two formats alone, from those in all formats: most need not be looked for again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models_db.checkpoints import is_wide, stated_format
from models_db.formats import find_format
from planner.physics.kernels import has_twin
from planner.plan.choice import RUNNERS_UP
from planner.plan.context import Context
from planner.plan.explore import Explored, explore
from planner.search.search import DesignRates, search


def of_formats(explored: Explored, context: Context, weights: str, kv: str) -> Explored:
    """What `explore` finds, without its front, for the same question with one weight and one cache format named.

    explored: the candidates whatever formats lose. Where formats that nobody named were left out for others of the same
    GPU, the designs of the named ones are more, and all are looked for.
    """
    only = {"formats": (weights,), "kv_formats": (kv,)}
    asked = explored.request.model_copy(update={"scope": explored.request.scope.model_copy(update=only)})
    if not _all_there(explored, weights, kv):
        return explore(asked, context, front=False)
    d, p = explored.designs, explored.prepared
    pairs = np.array(
        [[fmt.id == weights and cache.id == kv for cache in d.kv_formats] for fmt in d.formats], dtype=bool
    )
    here = pairs[d.fmt, d.kv]
    fits = here[p.kept]
    prepared = p.take(fits)
    prepared = replace(prepared, kept=np.searchsorted(np.flatnonzero(here), prepared.kept))
    rated = DesignRates(prepared, asked.sla, explored.rated.known, explored.rated.rows[fits])
    found = search(prepared, explored.market, asked, best=RUNNERS_UP + 1, front=False, rated=rated)
    return replace(
        explored, request=asked, designs=d.take(here), prepared=prepared, found=found, asked=asked, rated=rated
    )


def _all_there(explored: Explored, weights: str, kv: str) -> bool:
    """Whether no design in these formats was left out as the formats were not named (`plan/scope.py`): for a twin that
    stands for one of them, or as they would not make a quantized checkpoint narrower."""
    d = explored.designs
    named, own = stated_format(weights, d.model), find_format(d.model.native.format)
    cache = next(each for each in d.kv_formats if each.id == kv)
    narrows = is_wide(own) or named.id == own.id or named.nominal_bits < own.nominal_bits
    return named in d.formats and narrows and not any(has_twin(each, gpu) for each in (named, cache) for gpu in d.gpus)
