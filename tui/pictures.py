"""What the charts of a candidate show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.widgets.chart import Picture, Series

if TYPE_CHECKING:
    from planner.plan.candidate import Details, LoadCurve


def roofline(found: Details) -> Picture:
    """Both phases under their roofs, in units of the ridge and of the compute roof."""
    xs = [2.0**k for k in range(-7, 8)]
    roof = Series("roof", xs, [min(1.0, x) for x in xs])
    points = tuple(Series(p.name, [p.intensity], [p.attained], points=True) for p in found.roofline)
    notes = tuple(
        f"{p.name}: {p.intensity:.2f} x the ridge, {p.attained:.0%} of the compute roof, "
        f"{'compute' if p.intensity > 1 else 'bandwidth'} binds"
        for p in found.roofline
    )
    return Picture(
        "operations a byte over the ridge", "intensity / ridge", "share of compute roof", (roof, *points),
        log_x=True, log_y=True, down=(1.0,), notes=notes,
    )  # fmt: skip


def load(curve: LoadCurve) -> Picture:
    """p95 over requests a second: the rate asked for, where the SLA breaks, where it saturates."""
    ms = [1e3 * v for v in curve.tpot_p95_s]
    first = [1e3 * v for v in curve.ttft_p95_s]
    return Picture(
        "p95 over the load", "requests a second", "ms",
        (Series("first token", curve.rate_per_s, first), Series("each token", curve.rate_per_s, ms)), log_y=True,
        down=(curve.asked_per_s, curve.breaks_at),
        notes=(
            f"asked {curve.asked_per_s:.3g}, breaks at {curve.breaks_at:.3g}, "
            f"saturates at {curve.saturates_at:.3g} requests a second",
        ),
    )  # fmt: skip
