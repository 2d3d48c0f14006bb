"""What fits, as a table."""

from __future__ import annotations

from planner.answers import FitAnswer
from planner.report.table import Table


def fit_tables(a: FitAnswer) -> list[Table]:
    """What fits comes first, on the fewest GPUs."""
    ranked = sorted(a.rows, key=lambda row: (not row.fits, row.smallest_gpus or 0))
    rows = [
        [row.gpu, "yes" if row.fits else "no", row.split, round(row.weights_gib, 2), round(row.kv_pool_gib, 2),
         row.max_context, row.max_sequences, row.change]
        for row in ranked
    ]  # fmt: skip
    title = f"{a.model} in {a.weight_format}, KV {a.kv_format}, {a.engine}, {a.context:,} tokens"
    columns = ("gpu", "fits", "split", "weights_gib", "kv_pool_gib", "max_context", "max_sequences", "change")
    notes = [f"quality: {a.quality.text}", *(f"assumed: {text}" for text in a.assumptions)]
    return [Table(title, columns, rows, notes, listed="GPU")]
