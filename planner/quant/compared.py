"""Rows against the checkpoint's own format, and the front of quality against dollars."""

from __future__ import annotations

from planner.quant.answer import Change, QuantCluster, QuantRow


def compared(rows: list[QuantRow]) -> list[QuantRow]:
    """The rows with their change against the native one of their GPU, the Pareto front, and what a point of quality
    saves; the native row of each GPU first, then by dollars a token, then what does not run."""
    known = [(r.cluster.usd_per_million_tokens, r.quality.loss_pct) for r in rows if r.cluster is not None]
    rated = [(usd, lost) for usd, lost in known if lost is not None]
    out = [_with_change(row, _native(row, rows), rated) for row in rows]
    gpus = list(dict.fromkeys(row.gpu for row in out))
    return sorted(out, key=lambda row: (row.cluster is None, gpus.index(row.gpu), not row.native, _usd(row)))


def _usd(row: QuantRow) -> float:
    return row.cluster.usd_per_million_tokens if row.cluster is not None else 0.0


def _native(row: QuantRow, rows: list[QuantRow]) -> QuantRow | None:
    """The native formats on a row's GPU where they run; of a table over all GPUs, wherever they are cheapest."""
    same = [r for r in rows if r.native and r.cluster is not None and r.gpu == row.gpu]
    other = [r for r in rows if r.native and r.cluster is not None]
    return next(iter([*same, *(other if len(other) == 1 else [])]), None)


def _with_change(row: QuantRow, reference: QuantRow | None, rated: list[tuple[float, float]]) -> QuantRow:
    c, lost = row.cluster, row.quality.loss_pct
    native = reference.cluster if reference is not None else None
    if c is None:
        return row
    front = lost is not None and not any(
        usd <= c.usd_per_million_tokens and other <= lost and (usd < c.usd_per_million_tokens or other < lost)
        for usd, other in rated
    )
    # A checkpoint that was quantized from another one has lost something itself.
    before = reference.quality.loss_pct if reference is not None else None
    more = None if lost is None or before is None else lost - before
    saved = None
    if native is not None and more is not None and more > 0.0:
        saved = (native.usd_per_million_tokens - c.usd_per_million_tokens) / more
    change = None if native is None else _change(c, native, more)
    return row.model_copy(update={"change": change, "on_front": front, "usd_saved_per_point": saved})


def _change(c: QuantCluster, native: QuantCluster, more: float | None) -> Change:
    def pct(name: str) -> float:
        before = float(getattr(native, name))
        return round(100.0 * (float(getattr(c, name)) / before - 1.0), 1) if before else 0.0

    return Change(
        usd_pct=pct("usd_per_million_tokens"), weights_pct=pct("weights_gib"), rate_pct=pct("sustainable_rate_per_s"),
        tpot_pct=pct("tpot_p95_s"), context_pct=pct("longest_context"),
        quality_pct=None if more is None else round(0.0 - more, 2),
    )  # fmt: skip
