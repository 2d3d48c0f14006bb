"""The quantization table: what each format costs, gains and loses, and on whose measurements that rests."""

from __future__ import annotations

from planner.answers.quality import FormatLoss, ServedQuality
from planner.document.record import Cell, FigureTable, Section, TableColumn
from planner.document.sections.words import CLOSED_FORM
from planner.document.sources import Cited
from planner.quant.answer import QuantAnswer, QuantRow

COMPARED = "cheapest cluster of each format at the rate asked (docs/method.md)"
POOLED = "pooled measurements (docs/quality.md); their sources are beside the rows"
# Rows of a page: a committee compares a few.
SHOWN = 12


def quantization(q: QuantAnswer, cited: Cited) -> Section:
    """The checkpoint's own format first, then by dollars; formats that do not run stand in the data with the reason."""
    columns = [
        TableColumn(key="weights", label="Weights"), TableColumn(key="cache", label="Cache"),
        TableColumn(key="gpu", label="GPU"), TableColumn(key="gpus", label="No.", method=COMPARED),
        TableColumn(key="weights_gib", label="Size", unit="GiB", method="bits of the format x tensor shapes"),
        TableColumn(key="usd_per_month", label="Month", unit="USD", method=COMPARED),
        TableColumn(key="usd_per_million", label="Million tokens", unit="USD", method=COMPARED),
        TableColumn(key="tpot_p95_s", label="TPOT p95", unit="s", method=f"{CLOSED_FORM}, central"),
        TableColumn(key="loss_pct", label="Loses", unit="%", method=POOLED),
        TableColumn(key="loss_low_pct", label="low", unit="%", method=POOLED),
        TableColumn(key="loss_high_pct", label="high", unit="%", method=POOLED),
        TableColumn(key="evidence", label="Evidence"),
        TableColumn(key="verdict", label="Runs"),
    ]  # fmt: skip
    ran = [row for row in q.rows if row.cluster is not None]
    rest = [row for row in q.rows if row.cluster is None]
    rows = [_row(row) for row in (*ran, *rest)]
    sources = [_sources(row.quality, cited) for row in (*ran, *rest)]
    shown = min(SHOWN, len(ran))
    note = "Low and high are the ends of the 80 % range."
    if shown < len(rows):
        note += f" {shown} of {len(rows)} rows; JSON and XLSX hold all, with why a format does not run."
    table = FigureTable(
        key="quantization.formats", columns=columns, rows=rows, row_sources=sources, shown=shown,
        note=note,
    )  # fmt: skip
    lead = (
        f"The checkpoint is in {q.native_format}. Formats that nobody named may lose at most "
        f"{q.max_loss_pct:g} % of a benchmark's score; {q.commitment.replace('_', ' ')} prices. "
        f"The figures are of the {q.checked_by}."
    )
    return Section(key="quantization", title="Quantization", lead=lead, blocks=[table])


def _row(row: QuantRow) -> list[Cell]:
    c, quality = row.cluster, row.quality
    low, high = quality.range_pct or (None, None)
    served: list[Cell] = [None] * 5
    if c is not None:
        served = [c.gpus, c.weights_gib, c.usd_per_month, c.usd_per_million_tokens, c.tpot_p95_s]
    if c is not None and c.tpot_p95_s != c.tpot_p95_s:
        served[-1] = None
    verdict = f"{row.support}, {row.kernel}" if c is not None else row.reason
    return [
        row.weight_format, row.kv_format, row.gpu, *served, quality.loss_pct, low, high, evidence_text(quality),
        verdict if row.quality.within_limit else f"{verdict}; beyond the limit on quality",
    ]  # fmt: skip


def evidence_text(quality: ServedQuality) -> str:
    """Whose measurements, and how many."""
    rows = quality.weights.rows + quality.cache.rows
    if not rows:
        return quality.short
    return f"{quality.evidence}; {rows} rows: {quality.benchmark}"


def _sources(quality: ServedQuality, cited: Cited) -> list[str]:
    parts: tuple[FormatLoss, FormatLoss] = (quality.weights, quality.cache)
    return [found for part in parts for text in part.sources for found in cited.cite(text)]
