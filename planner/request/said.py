"""How a rate follows from users or from a volume, in words."""

from __future__ import annotations

from collections.abc import Sequence

from planner.defaults import DEFAULT_REQUESTS_PER_USER_HOUR, MOST_REQUESTS_PER_USER_HOUR
from planner.request.request import Request, Traffic
from planner.request.users import response_limit_s

NO_RESPONSE_S = 1e-9
# What the assumed requests an hour stand between; the figures are in `planner/defaults.toml`.
RANGE = (
    f"requests of a user at work: {DEFAULT_REQUESTS_PER_USER_HOUR:g} an hour is the low end, "
    f"{MOST_REQUESTS_PER_USER_HOUR:g} the high end of who reads each answer and asks again (256 tokens at 238 words a "
    "minute: Brysbaert 2019); state --requests-per-user-hour or --think-time"
)


def rate_texts(request: Request, *, response_s: float | None = None, own: bool = False) -> list[str]:
    """The formula of the rate, what it takes for granted, and the peak to mean; nothing where a rate is stated.

    response_s: mean time of a whole answer at the busiest hour's rate [s], which says how many are at once; without it
    the longest answer that the limits allow says how many are at most; own: whether the rate of users that think is
    that of a named design, rather than of the limits.
    """
    traffic = request.traffic
    if traffic.users is None and traffic.tokens_per_month is None:
        return []
    texts = [_formula(request) + _at_once(request, response_s)]
    if traffic.users is None:
        return [*texts, _peak_of_volume(traffic)]
    return [*texts, *_defaults(traffic), *_response(traffic, own), _peak_of_users(traffic)]


def with_at_once(texts: Sequence[str], request: Request, response_s: float) -> list[str]:
    """What was said of a rate, with the requests at once of the design that was found since."""
    before, now = rate_texts(request)[:1], rate_texts(request, response_s=response_s)[:1]
    bare = before[0].partition("; ")[0] if before else ""
    return [now[0] if bare and text.startswith(bare) else text for text in texts]


def _formula(request: Request) -> str:
    t = request.traffic
    if t.users is None:
        each = request.input_tokens.average + request.output_tokens.average
        return f"{t.tokens_per_month:,.0f} tokens a month / {each:,.0f} tokens a request = {_per_s(t.rate_per_s)}"
    people = f"{t.users:,} users x {100.0 * t.active_users / t.users:.3g} % active"
    if t.think_time_s is None:
        return f"{people} x {t.hourly_requests:g} requests an hour = {_per_s(t.busy_per_s)}"
    waits = f"{t.think_time_s:g} s of thinking + {_response_s(t):.3g} s of response"
    return f"{people} / ({waits}) = {_per_s(t.busy_per_s)}"


def _response_s(t: Traffic) -> float:
    """The response time that the rate of thinking users was found with [s]."""
    waited = t.active_users / t.busy_per_s - (t.think_time_s or 0.0)
    return waited if waited > NO_RESPONSE_S else 0.0


def _at_once(request: Request, response_s: float | None) -> str:
    per_s = request.traffic.busy_per_s
    if response_s is not None and response_s < float("inf"):
        return f"; about {_short(per_s * response_s)} at once (Little's law: x {response_s:.3g} s of response)"
    longest_s = response_limit_s(request.sla, request.output_tokens.average)
    if not longest_s:
        return ""
    most = _short(per_s * longest_s)
    return f"; at most about {most} at once (Little's law: x {longest_s:.3g} s, the longest answer within the limits)"


def _defaults(t: Traffic) -> list[str]:
    texts: list[str] = []
    left = [f"{t.active_users / (t.users or 1):.0%} active"] if t.active_share is None else []
    if t.requests_per_user_hour is None and t.think_time_s is None:
        left.append(f"{t.hourly_requests:g} requests an hour of each")
        texts.append(RANGE)
    return [f"users: {' and '.join(left)} (assumed; a planning value, no measurement)", *texts] if left else []


def _response(t: Traffic, own: bool) -> list[str]:
    if t.think_time_s is None:
        return []
    if own:
        return ["response of the users: the mean of this design at that rate, arrivals taken as independent"]
    most = _per_s(t.active_users / t.think_time_s)
    if not _response_s(t):
        return ["response of the users: left out, as no latency is limited; so many requests are the most there can be"]
    return [f"response of the users: as long as the limits allow; a cluster that answers at once is asked {most}"]


def _peak_of_users(t: Traffic) -> str:
    ratio = max(t.hourly)
    if not t.profile:
        return "peak to mean: 1, the users' busiest hour is taken as lasting all day (traffic.profile states a day)"
    return f"peak to mean: {ratio:.3g} by the profile; the users' rate is that of its busiest hour"


def _peak_of_volume(t: Traffic) -> str:
    if not t.profile:
        return "peak to mean: 1, the volume is spread evenly over the month (traffic.profile states a day)"
    return f"peak to mean: {max(t.hourly):.3g} by the profile: {_per_s(t.busy_per_s)} in the busiest hour"


def _per_s(rate: float) -> str:
    return f"{_short(rate)} requests/s"


def _short(number: float) -> str:
    """Two digits, or all before the point."""
    return f"{number:,.0f}" if number >= 100.0 else f"{number:.2g}"
