"""The money as tables and a chart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

from planner.report.table import Block, Cell, Overview, Table
from planner.tco.answer import FloorAnswer, FloorNotReached, Horizon, Hybrid, QualityRow, Risk, TcoAnswer
from planner.words import counted, plain

WIDTH, HEIGHT = 64, 14
MARKS = "*+ox#%@&"
# Crossings that are told of each API.
FEW = 8
C = TypeVar("C")

DRAWN = (
    "P10/P50/P90 are of draws of all inputs at once, triangular over their ranges with the stated value as the most "
    "likely; ranges that reach further up than down put the median above the cost at the stated values"
)


def tco_tables(a: TcoAnswer) -> list[Block]:
    notes = [
        f"hosting {_risk(a.self_hosted_risk)}",
        DRAWN,
        *([f"API {_risk(a.api_risk)}"] if a.api_risk else []),
        *_chance(a),
        *(f"assumed: {text}" for text in a.assumptions),
    ]
    swings: list[list[Cell]] = [
        [s.name, s.low, s.high, round(s.usd_at_low, 2), round(s.usd_at_high, 2)] for s in a.sensitivity
    ]
    moves = ("input", "low", "high", "at_low", "at_high")
    less = " less API" if a.apis else ""
    return [
        _verdict(a.verdict),
        _options(a),
        *_even(a),
        _lines(a),
        *_energy(a),
        *_classes(a.hybrid_by_class),
        _horizon(a.horizon),
        *_quality(a.quality),
        Table(f"What moves it: hosting{less}, USD a month", moves, swings, notes, ("at_low", "at_high")),
    ]


def _verdict(text: str) -> Overview:
    """What it comes to, before all figures."""
    return Overview("Verdict", [("choice", text)])


def _options(a: TcoAnswer) -> Table:
    rows: list[list[Cell]] = [
        [s.name, "self-hosted", round(s.usd_per_month, 2), round(s.usd_per_million_tokens, 4), s.description]
        for s in a.self_hosting
    ]
    rows += [
        [p.name, "API", round(p.usd_per_month, 2), round(p.usd_per_million_tokens, 4),
         f"${p.usd_per_million_input:g} in, ${p.usd_per_million_output:g} out a million; {p.source}, {p.as_of}"]
        for p in a.apis
    ]  # fmt: skip
    rows += [
        [
            r.name,
            "API",
            round(r.usd_per_month, 2),
            round(r.usd_per_million_tokens, 4),
            f"{r.text}; {r.source}, {r.as_of}",
        ]
        for r in a.reserved
    ]
    tokens = f"{a.tokens_in_per_month:,.0f} tokens in, {a.tokens_out_per_month:,.0f} out a month"
    costs = ("option", "kind", "usd_per_month", "usd_per_m_tokens", "what")
    starts = [f"{s.name}: {s.cold_start.text}" for s in a.self_hosting if s.cold_start is not None]
    breaks = [f"{s.name} breaks {text}" for s in a.self_hosting for text in s.breaches]
    return Table(f"{a.model}: USD a month at {tokens}", costs, rows, [*a.advice, *starts, *breaks])


def _even(a: TcoAnswer) -> list[Table]:
    """From what volume on hosting is cheaper; nothing where there is no API."""
    rows: list[list[Cell]] = [
        [b.api, None if b.tokens_per_month is None else round(b.tokens_per_month),
         "never" if b.utilization_of_one_unit is None else f"{b.utilization_of_one_unit:.1%}"]
        for b in a.break_even
    ]  # fmt: skip
    steps = [
        f"{b.api}: {c.cheaper_above} is cheaper from {c.tokens_per_month:,.0f} tokens a month ({c.way})"
        for b in a.break_even
        for c in _few(b.crossings)
    ]
    steps += [
        f"{r.name}: {c.cheaper_above}, of units and tokens, are cheaper from {c.tokens_per_month:,.0f} tokens a month"
        for r in a.reserved
        for c in _few(r.crossings)
    ]
    steps += [
        f"{b.api}: of one unit {b.utilization_of_one_unit:.1%} = {b.requests_per_s:.4g} requests a second over the "
        f"{b.requests_per_s_of_one_unit:.4g} that {b.unit} serves within the SLA at that volume"
        for b in a.break_even
        if b.utilization_of_one_unit is not None
    ]
    columns = ("against", "tokens_per_month", "of_one_unit")
    return [Table("Hosting from what volume on", columns, rows, [*steps, *_chart(a)])] if rows else []


def _few(crossings: Sequence[C]) -> list[C]:
    """The first ones and the last; JSON has all."""
    return [*crossings[: FEW - 1], *crossings[FEW - 1 :][-1:]]


def _lines(a: TcoAnswer) -> Table:
    rows: list[list[Cell]] = [
        [s.name, line.name, round(line.usd_per_month, 2)] for s in a.self_hosting for line in s.lines
    ]
    sources = list(dict.fromkeys(text for option in a.self_hosting for text in option.sources))
    return Table("Hosting by line", ("option", "line", "usd_per_month"), rows, sources)


def _chance(a: TcoAnswer) -> list[str]:
    if a.chance_that_hosting_is_cheaper is None:
        return []
    return [f"hosting cheaper in {a.chance_that_hosting_is_cheaper:.0%} of the draws"]


def _energy(a: TcoAnswer) -> list[Table]:
    """Power and carbon dioxide of each way; of rented machines as information, as the rent holds the power."""
    found = [(s.name, s.energy) for s in a.self_hosting if s.energy is not None]
    if not found:
        return []
    rows: list[list[Cell]] = [
        [name, round(e.mean_kw, 3), f"{e.load:.0%}", e.pue, round(e.kwh_per_month), e.usd_per_month,
         round(e.kg_co2_per_month)]
        for name, e in found
    ]  # fmt: skip
    columns = ("option", "mean_kw", "load", "pue", "kwh_per_month", "usd_per_month", "kg_co2_per_month")
    first = found[0][1]
    notes = [f"grid {first.grid}: {first.g_co2_per_kwh:g} g CO2 a kWh ({first.grid_source})"]
    notes += list(dict.fromkeys(f"{name}: {e.basis}" for name, e in found))
    notes += ["power of rented machines is in their rent: shown as information, at an assumed PUE"]
    return [Table("Energy", columns, rows, notes)]


def _classes(found: Hybrid | None) -> list[Table]:
    if found is None:
        return []
    rows: list[list[Cell]] = [
        [c.name, f"{c.share:.0%}", c.place, c.kind, c.score, c.api_usd_per_month, ", ".join(c.might_go_to)]
        for c in found.classes
    ]
    notes = [f"hosting {name}: ${usd:,.2f} a month" for name, usd in found.hosting_usd_per_month.items()]
    notes += [f"{c.name}: {c.score_source}" for c in found.classes if c.score_source]
    columns = ("class", "share", "goes_to", "kind", "score", "api_usd_per_month", "might_go_to")
    return [Table(f"The cheapest place for each class: ${found.usd_per_month:,.2f} a month", columns, rows, notes)]


def _horizon(h: Horizon) -> Table:
    rows: list[list[Cell]] = [[r.name, r.kind, r.usd, r.usd_by_month[0], r.usd_by_month[-1]] for r in h.rows]
    first, last = (plain(float(f"{rate:.3g}")) for rate in (h.requests_per_s[0], h.requests_per_s[-1]))
    rates = f"at {first} requests a second" if first == last else f"from {first} to {last} requests a second"
    columns = ("option", "kind", "usd", "first_month", "last_month")
    return Table(f"USD over {counted(h.months, 'month')}, {rates}", columns, rows, [], ("first_month", "last_month"))


def _quality(rows: list[QualityRow]) -> list[Table]:
    if not rows:
        return []
    cells: list[list[Cell]] = [[r.benchmark, r.model_score, r.api, r.api_score, r.open_peer] for r in rows]
    notes = list(dict.fromkeys(text for r in rows for text in r.sources))
    columns = ("benchmark", "model", "api", "api_score", "smallest_open_peer")
    return [Table(f"Quality: {rows[0].model} against APIs", columns, cells, notes)]


def no_floor_tables(a: FloorNotReached) -> list[Block]:
    rows: list[list[Cell]] = [[a.benchmark, a.min_score, a.nearest_score, a.nearest]]
    columns = ("benchmark", "min_score", "nearest_score", "reached by")
    return [
        _verdict(a.verdict),
        Table("Not reached", columns, rows, [a.reason, *(f"assumed: {text}" for text in a.assumptions)]),
    ]


def floor_tables(a: FloorAnswer) -> list[Block]:
    rows: list[list[Cell]] = [
        [w.model, w.way, w.score, round(w.usd_per_month, 2), round(w.usd_per_million_tokens, 4), w.what] for w in a.ways
    ]
    columns = ("model", "way", "score", "usd_per_month", "usd_per_m_tokens", "what")
    notes = list(dict.fromkeys(f"{w.model}: {w.score_source}" for w in a.ways))
    notes += [f"{w.model}, {w.way}: breaks {limit}" for w in a.ways for limit in w.breaches]
    if a.below:
        notes.append(f"below the floor: {', '.join(a.below)}")
    if a.without_score:
        shown = ", ".join(a.without_score[:8])
        notes.append(
            f"no score is known of {len(a.without_score)} APIs ({shown} ...): state them with --scores"
        )  # fmt: skip
    notes += [f"assumed: {text}" for text in a.assumptions]
    title = f"Ways to {a.benchmark} of at least {a.min_score:g}, USD a month"
    return [_verdict(a.verdict), Table(title, columns, rows, notes, spare=("what", "usd_per_m_tokens"), listed="way")]


def _risk(r: Risk) -> str:
    return f"P10/P50/P90: ${r.p10:,.2f} / ${r.p50:,.2f} / ${r.p90:,.2f}"


def _chart(a: TcoAnswer) -> list[str]:
    """Cost over volume, both on logarithmic scales: H hosting, one mark an API."""
    names = [p.name for p in a.apis][: len(MARKS)]
    costs = [v for p in a.curve for v in (p.self_hosted_usd, *p.api_usd.values()) if v > 0]
    if not costs:
        return []
    low, high = math.log10(max(min(costs), 1e-2)), math.log10(max(costs))
    canvas = [[" "] * WIDTH for _ in range(HEIGHT)]
    for i, point in enumerate(a.curve):
        x = round(i * (WIDTH - 1) / max(1, len(a.curve) - 1))
        for mark, usd in [*zip(MARKS, (point.api_usd[n] for n in names), strict=False), ("H", point.self_hosted_usd)]:
            y = (math.log10(max(usd, 1e-2)) - low) / max(high - low, 1e-9)
            canvas[HEIGHT - 1 - round(max(0.0, y) * (HEIGHT - 1))][x] = mark
    first, last = a.curve[0].tokens_per_month, a.curve[-1].tokens_per_month
    legend = ", ".join(f"{mark} {name}" for mark, name in zip(MARKS, names, strict=False))
    rows = ["|" + "".join(row).rstrip() for row in canvas]
    head = f"${10**high:,.0f} a month (top) to ${10**low:,.2f} (USD); H hosting, {legend}"
    return [head, *rows, f"+{'-' * WIDTH} {first:,.0f} to {last:,.0f} tokens a month"]
