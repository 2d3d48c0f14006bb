"""The choice between hosting, an API and both, in words: dollars and quality, each reason with a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from planner.tco.answer import Api, BreakEven, QualityRow, SelfHost, TrafficSplit
from planner.tco.crossing import MOST_RATE
from planner.tco.request import TcoTerms
from planner.tco.reserved_answer import ReservedApi

TEAM_SHARE = 0.4
# A split must save this much to be worth two systems; a choice.
MIXED_GAIN = 0.97
# Scores that are nearer are not told apart: points of a rating (53 of 100 votes), and of a benchmark in percent.
SAME_RATING, SAME_SCORE, MOST_PERCENT = 20.0, 2.0, 100.0
Standing = Literal["lower", "equal", "higher", "unknown"]


def standing(rows: Sequence[QualityRow], api: str) -> Standing:
    """How the model scores against an API, by most of the benchmarks that both have a score on."""
    above = 0
    known = [(r.model_score, r.api_score) for r in rows if r.api == api]
    pairs = [(mine, other) for mine, other in known if mine is not None and other is not None]
    for mine, other in pairs:
        same = SAME_RATING if other > MOST_PERCENT else SAME_SCORE
        above += (mine > other + same) - (mine < other - same)
    if not pairs:
        return "unknown"
    return "equal" if above == 0 else "higher" if above > 0 else "lower"


def rival(apis: Sequence[Api], rows: Sequence[QualityRow]) -> Api:
    """The cheapest API that is not known to score lower than the model; where all are, the cheapest."""
    as_good = [api for api in apis if standing(rows, api.name) != "higher"]
    return min(as_good or apis, key=lambda api: (api.usd_per_month, api.name))


def is_mixed(host: SelfHost, api: Api, hybrid: TrafficSplit) -> bool:
    """Whether a split costs less than either alone, by enough to be worth two systems."""
    least = min(host.usd_per_month, api.usd_per_month)
    return 0.0 < hybrid.self_hosted_share < 1.0 and hybrid.usd_per_month < MIXED_GAIN * least


def advice(
    host: SelfHost, api: Api, even: BreakEven, hybrid: TrafficSplit, chance: float, asked: TcoTerms, tokens: float,
    rows: Sequence[QualityRow], apis: Sequence[Api],
) -> list[str]:  # fmt: skip
    """The choice first, then the reasons that applied."""
    always = "machines that run all month: " if host.cold_start is not None else ""
    texts = [_choice(host, api, hybrid, asked, standing(rows, api.name)), f"volume: {always}{_volume(even, tokens)}"]
    if asked.private_share > 0:
        texts.append(f"data residency: {asked.private_share:.0%} of the traffic may not leave")
    texts += _team(host)
    texts.append(f"risk: hosting is cheaper in {chance:.0%} of the draws over all ranges")
    left = [other.name for other in apis if other.usd_per_month < api.usd_per_month and other.name != api.name]
    if left:
        texts.append(f"cheaper, but known to score lower than the model, so not compared: {', '.join(left)}")
    return [*texts, *_quality_texts(rows, api.name)]


def with_reserved(
    texts: Sequence[str], kept: Sequence[ReservedApi], api: Api, host: SelfHost, hybrid: TrafficSplit, asked: TcoTerms
) -> list[str]:
    """The advice where units of the API that it compares with may be reserved: they are the choice where they cost less
    than all else and no traffic has to stay."""
    own = next((row for row in kept if row.name.startswith(f"{api.name},")), None)
    if own is None:
        return list(texts)
    least = min(host.usd_per_month, api.usd_per_month, hybrid.usd_per_month)
    said = f"{own.name}: {own.text}, ${own.usd_per_month:,.2f} a month; by token ${api.usd_per_month:,.2f}"
    if own.usd_per_month >= least or asked.private_share > 0:
        return [*texts, said]
    hosted = f"{host.name} costs ${host.usd_per_month:,.2f}"
    return [f"choose API in reserved units: {said}, {hosted}", *texts[1:]]


def alone(host: SelfHost, asked: TcoTerms) -> list[str]:
    """Where no API may be used."""
    said = f"{host.name} costs ${host.usd_per_month:,.2f} a month"
    return [f"choose open: no API may be used on the premises; {said}", *_team(host)]


def _team(host: SelfHost) -> list[str]:
    staff = next((line.usd_per_month for line in host.lines if line.name == "staff"), 0.0)
    if staff <= TEAM_SHARE * host.usd_per_month:
        return []
    return [f"team: ${staff:,.2f} of the ${host.usd_per_month:,.2f} a month are people"]


def _volume(even: BreakEven, tokens: float) -> str:
    """Where a volume stands among the crossings with an API."""
    if even.tokens_per_month is None:
        return f"hosting does not get cheaper than {even.api} at up to {MOST_RATE:,.0f} requests a second"
    first, asked = even.crossings[0].tokens_per_month, f"{tokens:,.0f} tokens a month"
    if tokens >= even.tokens_per_month:
        return f"{asked} are above the break-even of {even.tokens_per_month:,.0f}"
    if tokens < first:
        return f"{asked} are below the break-even of {first:,.0f}"
    crossed = [c.cheaper_above for c in even.crossings if c.tokens_per_month <= tokens]
    return (
        f"{asked} lie between the break-even of {first:,.0f} and {even.tokens_per_month:,.0f}, from which hosting "
        f"stays cheaper: whole machines make it dearer again in between, and here {crossed[-1]} is cheaper"
    )


def _choice(host: SelfHost, api: Api, hybrid: TrafficSplit, asked: TcoTerms, quality: Standing) -> str:
    at_home, away = f"{host.name} costs ${host.usd_per_month:,.2f}", f"{api.name} ${api.usd_per_month:,.2f}"
    if asked.private_share >= 1.0:
        return "choose open: all traffic is private and may not leave"
    kept = asked.private_share > 0 and host.usd_per_month > api.usd_per_month
    worth_it = hybrid.self_hosted_share < 1.0 and hybrid.usd_per_month < MIXED_GAIN * host.usd_per_month
    if is_mixed(host, api, hybrid) or (kept and worth_it):
        share = f"{hybrid.self_hosted_share:.0%} on own GPUs, the rest at {hybrid.api}"
        return f"choose hybrid{_where(quality, 'lower')}: {share}, ${hybrid.usd_per_month:,.2f} a month"
    if host.usd_per_month < api.usd_per_month or kept:
        return f"choose open{_where(quality, 'lower')}: {at_home} a month, {away}"
    return f"choose API{_where(quality, 'higher')}: {away} a month, {at_home}"


def _where(quality: Standing, worse: Standing) -> str:
    """What the choice hangs on where the cheaper one scores lower, or nobody knows."""
    if quality == worse:
        return " where its lower score is enough"
    return " by dollars (no scores of both are known)" if quality == "unknown" else ""


def _quality_texts(rows: Sequence[QualityRow], api: str) -> list[str]:
    """What is known of quality against an API; where nothing is, that is said."""
    mine = [row for row in rows if row.api == api and row.model_score is not None and row.api_score is not None]
    if not mine:
        return [f"quality: no benchmark has scores of both the model and {api}; state some with --scores"]
    return [_quality_text(row) for row in mine[:2]]


def _quality_text(row: QualityRow) -> str:
    text = f"quality: {row.benchmark} {row.model_score:g} against {row.api_score:g} of {row.api}"
    if row.model_score is None or row.api_score is None or row.model_score >= row.api_score:
        return text
    peer = f"host {row.open_peer}" if row.open_peer else "no open model with a score is as good"
    return f"{text}, so the dollars compare unequal quality; for equal quality {peer}"
