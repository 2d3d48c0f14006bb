"""90 % intervals for strangers: quantiles of errors on sources that the fit has not seen, by what a figure rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from planner.calibration.folds import folds
from planner.evidence import llamacpp
from planner.evidence.serving import CLOSED, KNOWN_LENGTH, SECOND, MeasuredPoints, evidence_rows
from planner.evidence.sources import sources
from planner.formulas.types import Array
from planner.physics.basis import GROUNDS, Basis
from planner.physics.coefficient_parts import FitEvidence
from planner.physics.split import is_moe

BASES = GROUNDS
LEVELS = (0.05, 0.95)
# Confidences whose quantiles plans are multiplied by.
SURE = (0.6, 0.7, 0.8, 0.9, 0.95)
# A quantile of fewer points is that of all bases together.
LEAST_POINTS = 40
# A point of a newer source counts as so many older ones: whoever asks brings an engine, a card and a client like theirs
# (decision 0017).
NEWER = 2.0
# Tokens a second of clients alone, where their sources are worth so many of equal size; else those of all loads.
LEAST_SOURCES = 4.0
LATENCIES = {"ttft": "ttft_s", "tpot": "tpot_s"}
Spans = dict[str, list[float]]


def is_newer(data: MeasuredPoints) -> Array:
    """Points of sources that stand only in the second set."""
    only = newer_sources()
    return _served(data) & np.array([name in only for name in data.sources])


@cache
def newer_sources() -> frozenset[str]:
    """Names of sources that stand only in the second set."""
    return frozenset(row["source"] for row in evidence_rows(file=SECOND)).difference(
        row["source"] for row in evidence_rows()
    )


def evidence_of(data: MeasuredPoints, mask: Array) -> FitEvidence:
    """What a fit on the points of `mask` has seen."""
    seen = [data.points[i] for i in np.flatnonzero(mask)]
    served = [p for p in seen if p.load not in llamacpp.LOADS]
    return FitEvidence(
        configurations=frozenset(p.case.configuration for p in served),
        combos=frozenset((p.engine.era, p.gpu.generation) for p in served),
        experts=frozenset((p.engine.era, p.gpu.generation, p.fmt.id) for p in served if is_moe(p.model)),
        llamacpp_pairs=frozenset(p.key for p in seen if p.load in llamacpp.LOADS),
    )


def grounds(data: MeasuredPoints, scheme: str) -> list[Basis]:
    """What each point rests on where its fold is left out."""
    fold = folds(data, scheme)
    seen = {k: evidence_of(data, (data.weight > 0) & (fold != k)) for k in np.unique(fold).tolist()}
    return [seen[int(k)].basis(p.case) for p, k in zip(data.points, fold, strict=True)]


def by_basis(
    data: MeasuredPoints, errors: Mapping[str, Array], mask: Array, ground: npt.NDArray[np.str_]
) -> dict[str, Spans]:
    """Intervals by basis and figure of the points of `mask`.

    `errors` and `ground` (`grounds`) are those with the source left out.
    """
    every = spans(data, errors, mask)
    out: dict[str, Spans] = {}
    surer: Spans = {}
    for basis in BASES:
        own = spans(data, errors, mask & (ground == basis))
        out[basis] = surer = {name: _around(own.get(name, span), surer.get(name)) for name, span in every.items()}
    return out


def cautions(data: MeasuredPoints, errors: Mapping[str, Array]) -> dict[str, dict[str, dict[str, float]]]:
    """By basis and latency: the factors on the prediction that shares SURE of the points stay below, none below one.

    `errors` are those with the source left out; a basis that knows less is no surer.
    """
    ground, served, counts = np.array(grounds(data, "source")), _served(data), _counts(data)
    out: dict[str, dict[str, dict[str, float]]] = {}
    for figure, name in LATENCIES.items():
        least = np.ones(len(SURE))
        every = served & np.isfinite(errors[name])
        for basis in BASES:
            own = every & (ground == basis)
            rows = own if own.sum() >= LEAST_POINTS else every
            if rows.sum() >= LEAST_POINTS:
                least = np.maximum(least, np.exp(_quantiles(-errors[name][rows], counts[rows], SURE)))
            told = {f"{sure:g}": round(float(v), 3) for sure, v in zip(SURE, least, strict=True)}
            out.setdefault(basis, {})[figure] = told
    return out


def _effective(names: Sequence[str]) -> float:
    """Sources of equal size that points of these sources are worth: 1 over the chance that two are of the same."""
    counts = np.unique(names, return_counts=True)[1]
    return float(counts.sum() ** 2 / (counts**2).sum()) if len(names) else 0.0


def _served(data: MeasuredPoints) -> Array:
    return np.array([p.load not in llamacpp.LOADS for p in data.points])


def _around(span: list[float], surer: list[float] | None) -> list[float]:
    """An interval no narrower, as a ratio of its ends, than that of a basis that knows more: else both together."""
    if surer is None or span[1] / span[0] >= surer[1] / surer[0]:
        return span
    return [min(span[0], surer[0]), max(span[1], surer[1])]


def spans(data: MeasuredPoints, errors: Mapping[str, Array], mask: Array) -> Spans:
    """5 % and 95 % quantiles of measured over predicted, by figure; newer sources count NEWER times [Barber 2023].

    Tokens a second are those of clients; those of other loads have intervals of their own, named by the load.
    """
    loads, served, counts = np.array([p.load for p in data.points]), _served(data), _counts(data)
    ggml = sources().ggml.engine
    clients = mask & np.isin(loads, CLOSED) & np.isfinite(errors["output_tok_s"])
    enough = _effective([data.sources[i] for i in np.flatnonzero(clients)]) >= LEAST_SOURCES
    wanted = {
        "ttft": (errors["ttft_s"], served),
        "tpot": (errors["tpot_s"], served),
        "output_tok_s": (errors["output_tok_s"], clients if enough else served),
    } | {f"{ggml} {load}": (errors["output_tok_s"], loads == load) for load in llamacpp.LOADS}
    wanted |= {f"output_tok_s {load}": (errors["output_tok_s"], loads == load) for load in KNOWN_LENGTH}
    out = {}
    for figure, (found, here) in wanted.items():
        rows = mask & here & np.isfinite(found)
        if rows.sum() >= LEAST_POINTS:
            out[figure] = [round(float(np.exp(q)), 3) for q in _quantiles(-found[rows], counts[rows])]
    return out


def _counts(data: MeasuredPoints) -> Array:
    """How often each point counts in a quantile."""
    return np.where(is_newer(data), NEWER, 1.0)


def _quantiles(values: Array, counts: Array, levels: Sequence[float] = LEVELS) -> list[float]:
    """Conformal quantiles: of n values that count alike the k-th stands at k / (n + 1)."""
    order = np.argsort(values)
    share = np.cumsum(counts[order]) / (counts.sum() + counts.mean())
    return [float(np.interp(level, share, values[order])) for level in levels]
