"""Formats of a model: one in words, what halves the cost, and quality against dollars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from tui.plot.picture import Axis, Picture, Series

if TYPE_CHECKING:
    from planner.quant.answer import QuantRow

# What is so many times dearer than the front and the native format would leave them no room on the axis.
DEARER = 10.0


def halving(rows: list[QuantRow]) -> str:
    """The format that costs at most half of the native one and loses least, of those with measured quality."""
    priced = [(row, row.cluster.usd_per_hour) for row in rows if row.cluster is not None]
    if not priced:
        return "none of them meets the question"
    native = [usd for row, usd in priced if evidence_of(row) == "native"]
    if not native:
        return "the native format has no price here"
    rated = [(row.quality.loss_pct, usd, row) for row, usd in priced if row.quality.loss_pct is not None]
    half = [(loss, usd, row) for loss, usd, row in rated if usd <= 0.5 * min(native)]
    if not half:
        return f"none with measured quality halves the native ${min(native):,.2f}/h"
    loss, usd, row = min(half, key=lambda each: each[:2])
    what = f"{row.weight_format}, KV {row.kv_format}, ${usd:,.2f}/h, loses {loss:.1f} %"
    return f"halves the native ${min(native):,.2f}/h: {what}"


def kept_of(row: QuantRow) -> float | None:
    """Percent of the score that is kept; None where nothing was measured."""
    return None if row.quality.loss_pct is None else 100.0 - row.quality.loss_pct


def evidence_of(row: QuantRow) -> str:
    """Whose measurements the quality rests on."""
    parts = (row.quality.weights, row.quality.cache)
    return "native" if all(part.measured == "native" for part in parts) else row.quality.evidence


def words(r: QuantRow) -> Text:
    """Kernel, constraints and where the quality was measured."""
    text = Text.assemble((f"{r.weight_format} with KV {r.kv_format}: {r.support}", "bold"))
    text.append(f" {r.kernel}\n" if r.kernel else "\n")
    if r.reason:
        text.append(f"{r.reason}\n")
    for constraint in r.constraints:
        text.append(f"bites: {constraint}\n")
    text.append(f"quality: {r.quality.text}\n")
    for part in (r.quality.weights, r.quality.cache):
        if part.sources:
            text.append(f"{part.format}: {part.rows} rows, {', '.join(part.sources[:2])}\n")
    if r.usd_saved_per_point is not None:
        text.append(f"saves ${r.usd_saved_per_point:,.4f} a million tokens for each percent of quality lost\n")
    c = r.cluster
    if c is not None:
        text.append(
            f"${c.usd_per_month:,.0f} a month, ${c.usd_per_million_input_tokens:.3f} in and "
            f"${c.usd_per_million_output_tokens:.3f} out a million tokens; {c.instance_type} ({c.provider}), "
            f"{c.price_as_of}: {c.price_source}"
        )
    return text


def front_of(rows: list[QuantRow]) -> Picture:
    """Quality against dollars: what is on the front joined by a line, the native formats marked; without what is many
    times dearer, which stands in the rows."""
    known = [(r.cluster.usd_per_million_tokens, kept, r) for r in rows
             if r.cluster is not None and (kept := kept_of(r)) is not None]  # fmt: skip
    front = sorted((usd, kept) for usd, kept, r in known if r.on_front)
    native = [(usd, kept) for usd, kept, r in known if evidence_of(r) == "native"]
    others = [(usd, kept) for usd, kept, r in known if not r.on_front and evidence_of(r) != "native"]
    dearest = DEARER * max((usd for usd, _ in (*front, *native)), default=float("inf"))
    others = [(usd, kept) for usd, kept in others if usd <= dearest]
    series = (
        _points("beaten", others, ".", 3), Series("", *_columns(front), mark="", tone=0),
        _points("front", front, "o", 0), _points("native", native, "N", 1),
    )  # fmt: skip
    return Picture("quality kept against dollars", Axis("a million tokens", "$"), Axis("", "%"), series)


def _points(name: str, places: list[tuple[float, float]], mark: str, tone: int) -> Series:
    return Series(name, *_columns(places), points=True, mark=mark, tone=tone)


def _columns(places: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in places], [y for _, y in places]
