"""From people, or tokens a month, to a rate of requests: what may be stated in place of `traffic.rate_per_s`."""

from collections.abc import Mapping
from math import isclose
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from planner.defaults import DEFAULT_ACTIVE_SHARE, DEFAULT_REQUESTS_PER_USER_HOUR
from planner.errors import InputError
from planner.formulas.time import SECONDS_PER_MONTH
from planner.request.lengths import CHAT_INPUT, CHAT_OUTPUT, Length
from planner.request.strict import Strict, shown

LEAST_PER_S, MOST_PER_S = 1e-8, 1e6
LEAST_THINK_S, MOST_THINK_S = 1.0, 86_400.0
OF_USERS = ("active_share", "requests_per_user_hour", "think_time_s")


def _within(least: float, most: float, *, whole: bool = False) -> BeforeValidator:
    """A number in a range; the message has the range, whatever is wrong."""
    what = f"expected {'a whole number' if whole else 'a number'} from {least:g} to {most:g}"

    def check(value: object) -> object:
        if whole and isinstance(value, float) and value.is_integer():
            value = int(value)
        if value is not None and not (isinstance(value, int if whole else int | float) and least <= value <= most):
            raise ValueError(f"{what}, got {shown(value)}")
        return value

    return BeforeValidator(check)


class RateSource(Strict):
    """What a rate follows from where none is stated: people, or a volume.

    users: who may use the service; active_share: of them, at work in the busiest hour; requests_per_user_hour: of one
    at work (an open loop); think_time_s: from an answer to the next request of one at work [s] (a closed loop), in
    place of requests_per_user_hour; tokens_per_month: input and output tokens of a mean month.
    """

    users: Annotated[int | None, Field(ge=1, le=1_000_000_000), _within(1, 1e9, whole=True)] = None
    active_share: Annotated[float | None, Field(ge=1e-6, le=1), _within(1e-6, 1)] = None
    requests_per_user_hour: Annotated[float | None, Field(ge=1e-4, le=36_000), _within(1e-4, 36_000)] = None
    think_time_s: Annotated[
        float | None, Field(ge=LEAST_THINK_S, le=MOST_THINK_S), _within(LEAST_THINK_S, MOST_THINK_S)
    ] = None
    tokens_per_month: Annotated[float | None, Field(ge=1, le=1e16), _within(1, 1e16)] = None

    @property
    def active_users(self) -> float:
        """Users at work in the busiest hour; zero where none are stated."""
        share = DEFAULT_ACTIVE_SHARE if self.active_share is None else self.active_share
        return (self.users or 0) * share

    @property
    def hourly_requests(self) -> float:
        """Requests an hour of one user at work, in an open loop."""
        return DEFAULT_REQUESTS_PER_USER_HOUR if self.requests_per_user_hour is None else self.requests_per_user_hour

    def arriving_per_s(self, response_s: float) -> float:
        """Requests a second of the busiest hour: N S R / 3600, or N S / (Z + response) where users think for Z [s].

        >>> round(RateSource(users=200, active_share=0.2, requests_per_user_hour=12).arriving_per_s(0.0), 4)
        0.1333
        >>> RateSource(users=200, active_share=0.2, think_time_s=30).arriving_per_s(10.0)
        1.0
        """
        if self.think_time_s is None:
            return self.active_users * self.hourly_requests / 3600.0
        return self.active_users / (self.think_time_s + response_s)


def response_limit_s(sla: Mapping[str, Any], output_tokens: float) -> float:
    """The longest whole answer [s] that limits allow: the strictest one of each metric; zero where none is stated."""
    least: dict[str, float] = {}
    for key, limit in sla.items():
        if isinstance(limit, int | float) and limit > 0:
            metric = key.partition("_")[0]
            least[metric] = min(limit, least.get(metric, limit))
    parts = least.get("ttft", 0.0) + max(output_tokens - 1.0, 0.0) * least.get("tpot", 0.0)
    if "e2e" not in least:
        return parts
    return min(least["e2e"], parts) if {"ttft", "tpot"} <= set(least) else least["e2e"]


def with_rate(data: Mapping[str, Any]) -> dict[str, Any]:
    """A decoded request whose `traffic.rate_per_s` follows from its users or its volume, where it states one of them.

    A rate beside them must be the same. What is wrong with a value is left to the validation of the whole, which names
    it. Raises InputError where keys contradict each other, or make a rate that cannot be asked for.
    """
    traffic = data.get("traffic")
    if isinstance(traffic, RateSource):
        traffic = traffic.model_dump(exclude_unset=True)
    if not isinstance(traffic, Mapping):
        return dict(data)
    stated = {key: traffic[key] for key in RateSource.model_fields if traffic.get(key) is not None}
    if not stated:
        return dict(data)
    _check_keys(stated)
    try:
        rate = _rate(RateSource.model_validate(stated), data, traffic)
    except ValidationError:
        # Any rate will do: the same values are refused again, with their names.
        return {**data, "traffic": {"rate_per_s": 1.0, **traffic}}
    name = next(key for key in ("users", "tokens_per_month") if key in stated)
    given = traffic.get("rate_per_s")
    if given is not None and not (isinstance(given, int | float) and isclose(given, rate, rel_tol=1e-9)):
        raise InputError(f"traffic.{name}: give {name} or rate_per_s, not both")
    if not LEAST_PER_S <= rate <= MOST_PER_S:
        raise InputError(f"traffic.{name}: make {rate:.3g} requests a second, not {LEAST_PER_S:g} to {MOST_PER_S:g}")
    return {**data, "traffic": {**traffic, "rate_per_s": rate if given is None else given}}


def _check_keys(stated: Mapping[str, Any]) -> None:
    for key in OF_USERS:
        if key in stated and "users" not in stated:
            raise InputError(f"traffic.{key}: is of users; give users, too")
    if {"users", "tokens_per_month"} <= set(stated):
        raise InputError("traffic.users: give users or tokens_per_month, not both")
    if {"requests_per_user_hour", "think_time_s"} <= set(stated):
        raise InputError("traffic.think_time_s: give think_time_s or requests_per_user_hour, not both")


def _rate(source: RateSource, data: Mapping[str, Any], traffic: Mapping[str, Any]) -> float:
    """Mean requests a second over the day."""
    output_tokens = _mean(data, "output_tokens", CHAT_OUTPUT)
    if source.tokens_per_month is not None:
        tokens = _mean(data, "input_tokens", CHAT_INPUT) + output_tokens
        return source.tokens_per_month / tokens / SECONDS_PER_MONTH
    sla = data.get("sla")
    response_s = response_limit_s(sla if isinstance(sla, Mapping) else {}, output_tokens)
    return source.arriving_per_s(response_s) / _peak_to_mean(traffic.get("profile"))


def _mean(data: Mapping[str, Any], key: str, chat: Length) -> float:
    return Length.model_validate(data[key]).average if key in data else chat.average


def _peak_to_mean(profile: object) -> float:
    """The busiest of the hourly factors over their mean; one where there are none that a request may have."""
    if not isinstance(profile, list | tuple) or not all(isinstance(factor, int | float) for factor in profile):
        return 1.0
    whole = sum(profile)
    return max(profile) * len(profile) / whole if 0.0 < whole < float("inf") else 1.0


class Rated(Strict):
    """A record whose `traffic` states a rate, or what the rate follows from."""

    @model_validator(mode="before")
    @classmethod
    def _with_rate(cls, data: Any) -> Any:
        return with_rate(data) if isinstance(data, Mapping) else data
