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


def _native(row: QuantRow, rows: list[QuantRow]) -> QuantCluster | None:
    """What serves the native formats on a row's GPU; of a table over all GPUs, wherever they are cheapest."""
    same = [r.cluster for r in rows if r.native and r.cluster is not None and r.gpu == row.gpu]
    other = [r.cluster for r in rows if r.native and r.cluster is not None]
    return next(iter([*same, *(other if len(other) == 1 else [])]), None)


def _with_change(row: QuantRow, native: QuantCluster | None, rated: list[tuple[float, float]]) -> QuantRow:
    c, lost = row.cluster, row.quality.loss_pct
    if c is None:
        return row
    front = lost is not None and not any(
        usd <= c.usd_per_million_tokens and other <= lost and (usd < c.usd_per_million_tokens or other < lost)
        for usd, other in rated
    )
    saved = None
    if native is not None and lost is not None and lost > 0.0:
        saved = (native.usd_per_million_tokens - c.usd_per_million_tokens) / lost
    change = None if native is None else _change(c, native, lost)
    return row.model_copy(update={"change": change, "on_front": front, "usd_saved_per_point": saved})


def _change(c: QuantCluster, native: QuantCluster, lost: float | None) -> Change:
    def pct(name: str) -> float:
        before = float(getattr(native, name))
        return round(100.0 * (float(getattr(c, name)) / before - 1.0), 1) if before else 0.0

    return Change(
        usd_pct=pct("usd_per_million_tokens"), weights_pct=pct("weights_gib"), rate_pct=pct("sustainable_rate_per_s"),
        tpot_pct=pct("tpot_p95_s"), context_pct=pct("longest_context"), quality_pct=None if lost is None else -lost,
    )  # fmt: skip
