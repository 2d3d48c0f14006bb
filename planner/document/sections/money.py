"""Ways to host beside APIs, by month and by token, line by line."""

from __future__ import annotations

from planner.document.answers import Answers
from planner.document.record import Cell, Fact, Facts, FigureTable, ReportBlock, Section, TableColumn, TextBlock
from planner.document.sections.ledger import ledger
from planner.document.sections.words import MONEY, STATED, way_key
from planner.document.sources import Cited
from planner.tco.answer import Api, TcoAnswer

PUBLISHED = "price list of the provider, by its source"
# Without tiers and batches an API's dollars follow from three prices.
TOKENS = (
    "(use_case.input_tokens_per_month * ((1 - {a}.cached_share) * {a}.input + {a}.cached_share * {a}.cached) "
    "+ use_case.output_tokens_per_month * {a}.output) / 1000000"
)


def money(a: Answers, tco: TcoAnswer, cited: Cited) -> Section:
    """All ways side by side, then each with its lines and inputs, then the APIs with theirs."""
    blocks: list[ReportBlock] = [TextBlock(key="money.advice", title="What the comparison comes to", items=tco.advice)]
    blocks.append(_ways(tco, cited))
    blocks += [ledger(host, cited) for host in tco.self_hosting]
    blocks += [_api(api, cited) for api in tco.apis]
    blocks += _reserved(tco, cited)
    lead = f"{len(tco.self_hosting)} ways to host and {len(tco.apis)} APIs at the same traffic."
    return Section(key="money", title="Cost a month: hosting and APIs", lead=lead, blocks=blocks)


def _ways(tco: TcoAnswer, cited: Cited) -> FigureTable:
    columns = [
        TableColumn(key="way", label="Way"), TableColumn(key="what", label="What"),
        TableColumn(key="usd_per_month", label="Cost", unit="USD/month", method=MONEY),
        TableColumn(key="usd_per_million", label="Tokens", unit="USD/million tokens",
                    formula="usd_per_month / (use_case.input_tokens_per_month + use_case.output_tokens_per_month) * "
                            "1000000"),
        TableColumn(key="age_days", label="Price age", unit="days",
                    method="from the day of the price to that of this report"),
        TableColumn(key="breaks", label="Breaks"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [h.name, h.description, h.usd_per_month, h.usd_per_million_tokens, h.price_age_days, "; ".join(h.breaches)]
        for h in tco.self_hosting
    ]
    sources = [cited.cite(h.sources[0], h.price_as_of) if h.sources else [] for h in tco.self_hosting]
    for api in tco.apis:
        text = f"${api.usd_per_million_input:g} in, ${api.usd_per_million_output:g} out a million tokens"
        rows.append([api.name, text, api.usd_per_month, api.usd_per_million_tokens, None, ""])
        sources.append(cited.cite(api.source, api.as_of))
    for kept in tco.reserved:
        rows.append([kept.name, kept.text, kept.usd_per_month, kept.usd_per_million_tokens, None, ""])
        sources.append(cited.cite(kept.source, kept.as_of))
    return FigureTable(key="money.ways", title="Side by side", columns=columns, rows=rows, row_sources=sources)


def _api(api: Api, cited: Cited) -> Facts:
    key, source = f"money.api_{way_key(api.name)}", cited.cite(api.source, api.as_of)
    whole = not api.tiers and not api.batch_share
    cached = api.usd_per_million_input if api.usd_per_million_cached is None else api.usd_per_million_cached
    figures = [
        Fact(key=f"{key}.input", label="Input", value=api.usd_per_million_input, unit="USD/million tokens",
             sources=source),
        Fact(key=f"{key}.cached", label="Input from the provider's cache", value=cached, unit="USD/million tokens",
             sources=source),
        Fact(key=f"{key}.output", label="Output", value=api.usd_per_million_output, unit="USD/million tokens",
             sources=source),
        Fact(key=f"{key}.cached_share", label="Input tokens that are cached", value=api.cached_share, unit="share",
             method=f"{STATED} (traffic.prefix_hit), on both sides"),
        Fact(key=f"{key}.batch_share", label="Traffic that goes in batches", value=api.batch_share, unit="share",
             method=STATED),
        *_tiers(api, key, source),
        Fact(key=f"{key}.usd_per_month", label="Sum", value=api.usd_per_month, unit="USD/month",
             formula=f"ROUND({TOKENS.format(a=key)}, 2)" if whole else "",
             method="" if whole else "tokens of each tier and of batches at their price (docs/method.md)"),
    ]  # fmt: skip
    note = "" if api.usd_per_million_cached is not None else "No price of cached input is published: it is the input's."
    return Facts(key=f"{key}.ledger", title=f"Line by line: {api.name}", figures=figures, note=note)


def _tiers(api: Api, key: str, source: list[str]) -> list[Fact]:
    """Prices above each length, and the share of input tokens that pay them."""
    found = []
    for i, tier in enumerate(api.tiers):
        if not tier.above_input_tokens:
            continue
        what = f"Above {tier.above_input_tokens:,.0f} input tokens"
        found += [
            Fact(key=f"{key}.tier{i}_input", label=f"{what}: input", value=tier.usd_per_million_input,
                 unit="USD/million tokens", sources=source),
            Fact(key=f"{key}.tier{i}_output", label=f"{what}: output", value=tier.usd_per_million_output,
                 unit="USD/million tokens", sources=source),
            Fact(key=f"{key}.tier{i}_share", label=f"{what}: share of the input tokens",
                 value=tier.share_of_input_tokens, unit="share", method="lengths of the requests as stated"),
        ]  # fmt: skip
    return found


def _reserved(tco: TcoAnswer, cited: Cited) -> list[Facts]:
    """Units of an API that are paid by time."""
    found = []
    for kept in tco.reserved:
        key, source = f"money.units_{way_key(kept.name)}", cited.cite(kept.source, kept.as_of)
        figures = [
            Fact(key=f"{key}.units", label="Units", value=kept.units, unit=f"{kept.unit}s",
                 method="tokens a second at the peak / tokens a second of a unit, in the steps that are sold"),
            Fact(key=f"{key}.usd_each", label="Price of one", value=kept.usd_per_month_of_a_unit, unit="USD/month",
                 sources=source),
            Fact(key=f"{key}.usd_per_month", label="Sum", value=kept.usd_per_month, unit="USD/month",
                 formula=f"ROUND({key}.units * {key}.usd_each, 2)"),
        ]  # fmt: skip
        found.append(Facts(key=f"{key}.ledger", title=f"Line by line: {kept.name}", figures=figures, note=kept.text))
    return found
