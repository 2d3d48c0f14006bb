"""Token counts of one direction, as a request states them."""

import math
from typing import Annotated, Self

from pydantic import Field, model_validator

from planner.request.strict import Strict

DEFAULT_CV = 0.5
Tokens = Annotated[float, Field(ge=1, le=10_000_000, allow_inf_nan=False)]


class Length(Strict):
    """Token counts of one direction: a mean with the spread as `cv` or `p95` (lognormal), or `quantiles` at evenly
    spaced probabilities, both ends included."""

    mean: Tokens | None = None
    cv: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] | None = None
    p95: Tokens | None = None
    quantiles: Annotated[tuple[Tokens, ...], Field(max_length=1001)] = ()

    @model_validator(mode="after")
    def _one_spread(self) -> Self:
        if self.quantiles:
            return self._table()
        if self.mean is None:
            raise ValueError("give a mean or quantiles")
        if self.cv is not None and self.p95 is not None:
            raise ValueError("give cv or p95, not both")
        if self.p95 is not None and self.p95 < self.mean:
            raise ValueError(f"p95 {self.p95:g} is below the mean {self.mean:g}")
        if self.p95 is not None and math.log(self.p95 / self.mean) > 1.3528:
            raise ValueError(f"p95 {self.p95:g} is more than 3.87 times the mean {self.mean:g}: not lognormal")
        return self

    def _table(self) -> Self:
        if self.mean is not None or self.cv is not None or self.p95 is not None:
            raise ValueError("give quantiles or a mean, not both")
        if len(self.quantiles) < 2 or list(self.quantiles) != sorted(self.quantiles):
            raise ValueError("quantiles: at least two, in ascending order")
        return self

    @property
    def average(self) -> float:
        """Mean [tokens]; of a table, that of straight lines between its quantiles."""
        if self.mean is not None:
            return self.mean
        ends = 0.5 * (self.quantiles[0] + self.quantiles[-1])
        return (ends + sum(self.quantiles[1:-1])) / (len(self.quantiles) - 1)

    @property
    def spread(self) -> float:
        """Coefficient of variation of the lognormal; 0.5 is assumed where none is stated."""
        if self.cv is not None:
            return self.cv
        if self.p95 is None or self.mean is None:
            return DEFAULT_CV
        z, log_ratio = 1.6448536269514722, math.log(self.p95 / self.mean)
        sigma = z - math.sqrt(max(0.0, z * z - 2.0 * log_ratio))
        return math.sqrt(math.expm1(sigma * sigma))


# What a chat sends and gets, where a request does not state it.
# Constructed, not validated: no validator need be built for them.
CHAT_INPUT, CHAT_OUTPUT = Length.model_construct(mean=1024.0), Length.model_construct(mean=256.0)
# What an embedder or a reranker answers: a vector or a score, after one pass over the prompt.
NO_OUTPUT = Length.model_construct(mean=1.0, cv=0.0)


def chat_mean(key: str, context: object = None) -> float:
    """Mean tokens of a chat by the key of a request, or its part of a context that is shorter than both together.

    >>> chat_mean("input_tokens"), chat_mean("output_tokens", 640)
    (1024.0, 128.0)
    """
    mean = (CHAT_INPUT if key == "input_tokens" else CHAT_OUTPUT).average
    if not isinstance(context, int) or context < 1:
        return mean
    return float(max(1, int(mean * min(1.0, context / (CHAT_INPUT.average + CHAT_OUTPUT.average)))))
