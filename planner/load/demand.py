"""The load that one replica design is judged by, from what a request states."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np

from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.request.request import Request
from planner.request.strict import a, number
from planner.traffic.arrivals import lasting_levels
from planner.traffic.lengths import LEAST_CV, Shape, cut, lognormal, shape_of

MOST_TOKENS = 10_000_000
# Of the nodes of output lengths every so many is paired with those of input lengths.
NODE_STEP = 8
POWERS = np.linspace(0.0, 2.0, 9)
# Requests with up to so many token gaps are looked at apart: one prompt that cuts in weighs most on these.
FEW_GAPS = (1.0, 2.0, 4.0, 8.0, 16.0)
# Of these parts none is smaller than this share.
LEAST_PART = 0.02
PARTS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.96, 0.99, 1.0)


@lru_cache(maxsize=256)
def _share_beyond(isl: Shape, osl: Shape, tokens: int) -> float:
    """Share of requests whose input and output together are longer than `tokens`, which many loads ask for."""
    first, second = isl.nodes, osl.nodes[NODE_STEP // 2 :: NODE_STEP]
    if first.max() + second.max() <= tokens:
        return 0.0
    return float((first[:, None] + second[None, :] > tokens).mean())


@dataclass(frozen=True)
class Demand:
    """Lengths as distributions; `cv_arrival` is of the gaps within a window, `levels` are (factor on the mean rate,
    share of requests); `prefix_hit` is the share of input tokens that need no work; `total_per_s` is the rate that the
    replicas share, zero for one alone."""

    input: Shape
    output: Shape
    cv_arrival: float = 1.0
    levels: tuple[tuple[float, float], ...] = ((1.0, 1.0),)
    prefix_hit: float = 0.0
    correlation: float = 0.0
    total_per_s: float = 0.0

    @classmethod
    def of(cls, request: Request, context: int | None = None) -> Demand:
        """What a request states; `context`: of the model, which its requests are cut to."""
        t = request.traffic
        whole = cls(
            shape_of(request.input_tokens),
            shape_of(request.output_tokens),
            t.cv,
            lasting_levels(t),
            t.prefix_hit,
            t.correlation,
            request.traffic.peak_per_s,
        )
        return whole.within(context)

    def check(self) -> None:
        """Raise InputError where a figure is not what a request may state."""
        for name in ("input", "output"):
            shape = a(getattr(self, name), Shape, name)
            number(shape.mean, f"demand.{name}.mean", 1.0, MOST_TOKENS)
            number(shape.cv, f"demand.{name}.cv", 0.0, 10.0)
        number(self.cv_arrival, "demand.cv_arrival", 0.0, 20.0)
        number(self.prefix_hit, "demand.prefix_hit", 0.0, 0.99)
        number(self.correlation, "demand.correlation", -1.0, 1.0)
        number(self.total_per_s, "demand.total_per_s", 0.0, 1e9)
        for factor, share in self.levels or ((0.0, 0.0),):
            number(factor, "demand.levels", 1e-9, 1e9)
            number(share, "demand.levels", 1e-9, 1.0)

    def beyond(self, context: int | None) -> float:
        """Share of requests whose input and output together are longer than `context` tokens."""
        if not context:
            return 0.0
        return _share_beyond(self.input, self.output, context)

    def within(self, context: int | None) -> Demand:
        """The same with requests cut to `context` tokens, as `traffic.lengths.fitted` cuts those of typical outputs."""
        if not context:
            return self
        first = cut(self.input, max(context - self.osl, 0.5 * context), 3.0 * POWERS[-1])
        last = cut(self.output, context - first.mean, 3.0)
        return self if (first, last) == (self.input, self.output) else replace(self, input=first, output=last)

    @classmethod
    def simple(
        cls, isl: float, osl: float, cv_isl: float = 0.5, cv_osl: float = 0.5, cv_arrival: float = 1.0
    ) -> Demand:
        """Lognormal lengths and a steady rate."""
        return cls(lognormal(isl, cv_isl), lognormal(osl, cv_osl), cv_arrival)

    @property
    def isl(self) -> float:
        return self.input.mean

    @property
    def osl(self) -> float:
        return self.output.mean

    @property
    def work_tokens(self) -> float:
        """Mean prompt tokens that are computed."""
        return self.input.mean * (1.0 - self.prefix_hit)

    @property
    def live_tokens(self) -> float:
        """Mean tokens a running sequence holds, weighted by the time it holds them."""
        return self.isl + 0.5 * self.osl * (1.0 + self.output.cv**2)

    @property
    def reserved_tokens(self) -> float:
        """Mean tokens of a running sequence at its end, weighted by the time it runs."""
        return self.isl + self.osl * (1.0 + self.output.cv**2)

    @property
    def length_cv2(self) -> float:
        """Squared CV of a request's input and output tokens together, taken as independent."""
        spread = (self.input.cv * self.isl) ** 2 + (self.output.cv * self.osl) ** 2
        return float(spread / (self.isl + self.osl) ** 2)

    @cached_property
    def has_gaps(self) -> bool:
        """Whether any output has a second token: there is no time per token without."""
        return bool((np.rint(self.output.nodes) > 1.0).any())

    @cached_property
    def gap_parts(self) -> tuple[Array, Array, Array]:
        """(share of requests, mean g, means of 1/g, 1/g^2 and 1/g^3) in parts of requests with g = output tokens - 1
        token gaps, fewest first; requests of one token have no gap and are left out."""
        gaps = np.sort(np.rint(self.output.nodes)) - 1.0
        gaps = gaps[gaps >= 1.0] if (gaps >= 1.0).any() else np.ones(1)
        edges = [0]
        for at in np.searchsorted(gaps, FEW_GAPS, side="right"):
            if min(at - edges[-1], len(gaps) - at) >= LEAST_PART * len(gaps):
                edges.append(int(at))
        parts = [gaps[a:b] for a, b in pairwise([*edges, len(gaps)])]
        share = np.array([len(part) / len(gaps) for part in parts])
        inverse = np.array([[(part**-k).mean() for k in (1.0, 2.0, 3.0)] for part in parts])
        return share, np.array([part.mean() for part in parts]), inverse

    @cached_property
    def prompt_spread(self) -> tuple[Array, Array, Array]:
        """(mean over that of a mean prompt, CV, skewness) of device time that grows with the powers POWERS."""
        shape = self.input
        if not shape.quantiles and shape.uncut is None:
            s2 = np.log1p(shape.cv**2)
            cv = np.sqrt(np.expm1(POWERS**2 * s2))
            return np.exp(0.5 * POWERS * (POWERS - 1.0) * s2), cv, cv**3 + 3.0 * cv
        mean, square, cube = (shape.raw(k * POWERS) for k in (1.0, 2.0, 3.0))
        sd = np.sqrt(np.maximum(square - mean**2, 0.0))
        spread = sd > LEAST_CV * mean
        third = cube - 3.0 * mean * square + 2.0 * mean**3
        return mean, np.where(spread, sd / mean, 0.0), np.where(spread, third / np.maximum(sd, 1e-12) ** 3, 0.0)

    @property
    def live_cv2(self) -> float:
        """Squared CV of the tokens that a running sequence holds."""
        return self._held_variance(0.5, 1.0 / 3.0) / self.live_tokens**2

    @property
    def reserved_cv2(self) -> float:
        """Squared CV of the tokens of a running sequence at its end."""
        return self._held_variance(1.0, 1.0) / self.reserved_tokens**2

    def _held_variance(self, first: float, second: float) -> float:
        """Variance of prompt tokens and a share of the output whose raw moments are `first` and `second`, met in
        proportion to the output's length."""
        o = self.output
        made = first * o.mean * (1.0 + o.cv**2)
        square = second * o.mean**2 * (1.0 + 3.0 * o.cv**2 + o.skew * o.cv**3)
        return (self.input.cv * self.input.mean) ** 2 + square - made**2

    @cached_property
    def output_nodes(self) -> tuple[Array, Array, Array]:
        """(share, mean, variance) of output tokens in parts, finer in the tail; a lognormal is one part."""
        if not self.output.quantiles and self.output.uncut is None:
            return np.ones(1), np.array([self.output.mean]), np.array([(self.output.cv * self.output.mean) ** 2])
        nodes = self.output.nodes
        edges = np.round(np.array(PARTS) * len(nodes)).astype(int)
        parts = [nodes[a:b] for a, b in pairwise(edges)]
        share = np.array([len(p) / len(nodes) for p in parts])
        return share, np.array([p.mean() for p in parts]), np.array([p.var() for p in parts])
