"""The question: what must be served, how fast, and from what it may be chosen."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)  # fmt: skip

from hardware_db.providers import provider_id
from hardware_db.schema import OfferClass
from models_db.schema import HIGHEST_SCORE
from planner.defaults import DEFAULT_ENGINE, DEFAULT_OFFER_CLASSES
from planner.errors import closest
from planner.frozen import dataclass
from planner.request.engine import AS_SHIPPED, EngineSettings
from planner.request.lengths import CHAT_INPUT, CHAT_OUTPUT, Length
from planner.request.limits import Limits
from planner.request.metrics import METRICS, PERCENTILES
from planner.request.strict import Strict
from planner.request.users import LEAST_PER_S, MOST_PER_S, OF_USERS, Rated, RateSource

# Who machines are from that one buys.
OWNED = "owned"
OFFER_CLASSES: tuple[OfferClass, ...] = tuple(name for name in get_args(OfferClass) if name in DEFAULT_OFFER_CLASSES)
Seconds = Annotated[float, Field(ge=1e-6, le=86_400, allow_inf_nan=False)]
Commitment = Literal["on_demand", "spot", "capacity_block", "1y_reserved", "3y_reserved"]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Factor = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]


def _one_source(schema: dict[str, Any]) -> None:
    """A workload states a rate, or what it follows from."""
    schema["required"].remove("rate_per_s")
    schema["anyOf"] = [{"required": [key]} for key in ("rate_per_s", "users", "tokens_per_month", "preset")]


class Traffic(RateSource):
    """Open-loop arrivals.

    rate_per_s: mean requests a second; cv: coefficient of variation of the gaps within a window (1 = Poisson);
    levels: how the rate of windows of `window_s` varies, as (factor on the mean, share of time); persistence: the
    correlation of one window with the next; profile: 24 hourly factors; drift: shares of the variance of input and
    output lengths that change slowly, over `drift_s`; correlation: rank correlation of input and output tokens;
    prefix_hit: share of input tokens found in the prefix cache; growth_per_year and horizon_months: plan for the rate
    at the end of the horizon.
    """

    model_config = ConfigDict(json_schema_extra=_one_source)

    preset: Annotated[str, Field(max_length=100)] | None = None
    rate_per_s: Annotated[float, Field(ge=LEAST_PER_S, le=MOST_PER_S, allow_inf_nan=False)]
    cv: Annotated[float, Field(ge=0, le=20, allow_inf_nan=False)] = 1.0
    levels: Annotated[tuple[tuple[Factor, Share], ...], Field(max_length=200)] = ()
    window_s: Annotated[float, Field(ge=1e-9, le=86_400, allow_inf_nan=False)] = 10.0
    persistence: Annotated[float, Field(ge=0, le=0.999, allow_inf_nan=False)] = 0.0
    drift: tuple[Share, Share] = (0.0, 0.0)
    drift_s: Annotated[float, Field(ge=1e-9, le=864_000, allow_inf_nan=False)] = 300.0
    profile: Annotated[tuple[Factor, ...], Field(max_length=24)] = ()
    correlation: Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)] = 0.0
    prefix_hit: Annotated[float, Field(ge=0, le=0.99, allow_inf_nan=False)] = 0.0
    growth_per_year: Annotated[float, Field(ge=-0.99, le=100, allow_inf_nan=False)] = 0.0
    horizon_months: Annotated[float, Field(ge=0, le=120, allow_inf_nan=False)] = 0.0

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.profile and (len(self.profile) != 24 or sum(self.profile) <= 0):
            raise ValueError("profile: 24 hourly factors, not all zero")
        if self.levels and sum(f * s for f, s in self.levels) <= 0:
            raise ValueError("levels: every level is without traffic")
        rate = self.rate_per_s * self._growth
        if not LEAST_PER_S <= rate <= MOST_PER_S:
            grown = f"growth_per_year makes the rate {rate:.3g} a second after horizon_months"
            raise ValueError(f"{grown}, outside {LEAST_PER_S:g} to {MOST_PER_S:g}")
        if self.users is not None or self.tokens_per_month is not None:
            # It follows from these, and follows again where a copy changes them.
            self.model_fields_set.discard("rate_per_s")
        return self

    @property
    def hourly(self) -> tuple[float, ...]:
        """The profile with a mean of one; flat where none is given."""
        mean = sum(self.profile) / 24.0 if self.profile else 1.0
        return tuple(factor / mean for factor in self.profile) or (1.0,) * 24

    @property
    def busy_per_s(self) -> float:
        """Rate of the busiest hour today."""
        return float(self.rate_per_s * max(self.hourly))

    @property
    def peak_per_s(self) -> float:
        """Rate of the busiest hour at the end of the horizon."""
        return float(self.rate_per_s * self._growth * max(self.hourly))

    @property
    def _growth(self) -> float:
        """Rate at the end of the horizon over that of today."""
        return float((1.0 + self.growth_per_year) ** (self.horizon_months / 12.0))

    @property
    def average_per_s(self) -> float:
        """Rate over the day at the end of the horizon."""
        return self.peak_per_s / max(self.hourly)


def _pairs(value: object) -> object:
    """A table as pairs, which have a hash."""
    return tuple(sorted(value.items())) if isinstance(value, Mapping) else value


TermValue = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Owning = Annotated[
    tuple[tuple[str, TermValue], ...], BeforeValidator(_pairs), PlainSerializer(dict), Field(max_length=40),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1e9}}),
]  # fmt: skip


def _provider_ids(names: tuple[str, ...]) -> tuple[str, ...]:
    """Providers by the ids of the price list."""
    return tuple(provider_id(name) for name in names)


class Scope(Strict):
    """What may be chosen; an empty list means everything the catalogs hold.

    offer_classes: who rents the machines out; a user's own offers are always in scope. low_confidence: take prices
    of low confidence, too, which else count only of a provider that is named; max_price_age_days: leave out
    prices that are older on the day `as_of`, which also counts the age of prices in the answer (default: today);
    speculative: also consider drafting with a model's own multi-token-prediction layers; disaggregated: also compare
    with prefill and decode on replicas of their own. on_premises: only machines to buy and the user's own offers;
    air_gapped: that, and nothing is fetched from a hub at start; owning: overrides of the terms of owning, of
    `hardware_db/data/ownership.toml`; grid: the country whose electricity it is, of `hardware_db/data/grids.csv`;
    grid_g_per_kwh: grams of CO2 a kWh instead of the table's.
    """

    gpus: tuple[str, ...] = ()
    providers: Annotated[tuple[str, ...], AfterValidator(_provider_ids)] = ()
    regions: tuple[str, ...] = ()
    commitment: Commitment = "on_demand"
    offer_classes: Annotated[tuple[OfferClass, ...], Field(min_length=1, max_length=5)] = OFFER_CLASSES
    low_confidence: bool = False
    max_price_age_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    as_of: date | None = None
    engines: tuple[str, ...] = (DEFAULT_ENGINE,)
    formats: tuple[str, ...] = ()
    kv_formats: tuple[str, ...] = ()
    speculative: bool = False
    disaggregated: bool = False
    on_premises: bool = False
    air_gapped: bool = False
    owning: Owning = ()
    grid: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    grid_g_per_kwh: Annotated[float, Field(ge=0, le=2000, allow_inf_nan=False)] | None = None
    max_gpus_per_replica: Annotated[int, Field(ge=1, le=128)] = 16

    @model_validator(mode="after")
    def _known_grid(self) -> Self:
        if self.grid is not None and self.grid_g_per_kwh is None:
            from hardware_db.grids import find_grid

            find_grid(self.grid)
        return self

    @property
    def at_home(self) -> bool:
        """Whether nothing may be rented."""
        return self.on_premises or self.air_gapped

    def on(self, day: date) -> Self:
        """The same with the day that the age of prices is counted to; itself where it states one."""
        return self if self.as_of is not None else self.model_copy(update={"as_of": day})


@dataclass(frozen=True, slots=True)
class QualityFloor:
    """Choose among models by a benchmark score instead of by name."""

    benchmark: str
    min_score: float


Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
MAX_LOSS_PCT = 1.0


class QualityTerms(Strict):
    """What quality an answer must have.

    benchmark and min_score: choose among models that reach a score instead of naming one; max_loss_pct: percent of a
    benchmark's score that formats nobody named may cost (docs/quality.md has the rule); any_quality: formats are chosen
    without regard to what they cost in quality.
    """

    benchmark: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    min_score: Annotated[float, Field(ge=0, le=HIGHEST_SCORE, allow_inf_nan=False)] | None = None
    max_loss_pct: Percent = MAX_LOSS_PCT
    any_quality: bool = False

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.benchmark is None) != (self.min_score is None):
            raise ValueError("give a benchmark and a min_score, both or none")
        return self

    @property
    def floor(self) -> QualityFloor | None:
        if self.benchmark is None or self.min_score is None:
            return None
        return QualityFloor(self.benchmark, self.min_score)

    @property
    def without_floor(self) -> Self:
        return self.model_copy(update={"benchmark": None, "min_score": None})


AS_LITTLE = QualityTerms.model_construct()


class Request(Rated):
    """Everything `plan` needs; the TOML workload has exactly these keys."""

    model: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    quality: QualityTerms = AS_LITTLE
    traffic: Traffic
    input_tokens: Length = CHAT_INPUT
    output_tokens: Length = CHAT_OUTPUT
    sla: dict[str, Seconds] = Field(default_factory=dict)
    scope: Scope = Scope.model_construct()
    engine: EngineSettings = AS_SHIPPED
    limits: Limits = Limits.model_construct()
    confidence: Annotated[float, Field(ge=0.5, le=0.99)] = 0.8

    def at_rate(self, rate_per_s: float) -> Self:
        """The same with so many requests a second all day, without growth."""
        still = {
            "rate_per_s": rate_per_s,
            "profile": (),
            "horizon_months": 0.0,
            "users": None,
            "tokens_per_month": None,
        }
        still |= dict.fromkeys(OF_USERS)
        return self.model_copy(update={"traffic": self.traffic.model_copy(update=still)})

    def on(self, today: date) -> Self:
        """The request with the day that the age of prices is counted to; itself where it states one."""
        scope = self.scope.on(today)
        return self if scope is self.scope else self.model_copy(update={"scope": scope})

    def limited_to(self, most: Mapping[str, float | None]) -> Self:
        """The same with other values of `limits.most`."""
        return self.model_copy(update={"limits": self.limits.model_copy(update=most)})

    @property
    def unlimited(self) -> Self:
        """The same without limits on GPUs, dollars and power."""
        return self.limited_to(dict.fromkeys(self.limits.most))

    def named(self, model: str) -> Self:
        """The same of one model, without the floor that it was found by."""
        return self.model_copy(update={"model": model, "quality": self.quality.without_floor})

    @property
    def mean_tokens(self) -> float:
        """Mean length of a request, input and output together."""
        return self.input_tokens.average + self.output_tokens.average

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.model is None) == (self.quality.floor is None):
            raise ValueError("model: give a model or a quality floor, one of the two")
        for key in self.sla:
            sla_key(key)
        return self


def sla_key(key: str) -> tuple[str, str]:
    """(metric, percentile) of an SLA key such as `ttft_p95_s`."""
    match = re.fullmatch(r"(ttft|tpot|e2e)_(mean|p50|p90|p95|p99)_s", key)
    if match is None:
        known = [f"{metric}_{percentile}_s" for metric in METRICS for percentile in PERCENTILES]
        raise ValueError(f"sla: {key[:60]!r} is not known (nearest: {', '.join(closest(key, known))})")
    return match.group(1), match.group(2)
