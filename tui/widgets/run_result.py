"""A simulated run: over time while it runs, and in figures once it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from planner.report.table import written
from tui.widgets.chart import Picture, Series

if TYPE_CHECKING:
    from planner.answers import Simulation
    from planner.simulation.progress import Glance


def over_time(seen: list[Glance]) -> Picture:
    x = [g.at_s for g in seen]
    series = (
        Series("TTFT p95 ms", x, [1e3 * g.ttft_p95_s for g in seen]),
        Series("TPOT p95 ms", x, [1e3 * g.tpot_p95_s for g in seen]),
        Series("waiting (right)", x, [float(g.waiting) for g in seen], right=True),
    )
    return Picture("while it runs", "seconds of traffic", "", series, log_y=True)


def words(s: Simulation) -> Text:
    """Percentiles, limits and the account of every request."""
    text = Text.assemble((f"{'':9}{'mean':>7}{'p50':>7}{'p90':>7}{'p95':>7}{'p99':>7}\n", "bold"))
    for name, f, k in (
        ("TTFT s", s.ttft_s, 1.0), ("TPOT ms", s.tpot_s, 1e3), ("ITL ms", s.itl_s, 1e3), ("answer s", s.e2e_s, 1.0),
    ):  # fmt: skip
        values = "".join(f"{written(k * v, '.4g'):>7}" for v in (f.mean, f.p50, f.p90, f.p95, f.p99))
        text.append(f"{name:9}{values}\n")
    if not s.sustained:
        text.append(f"the rate is not sustained: over the run {s.growth_text}\n", style="bold")
    for check in s.sla:
        verdict = "holds" if check.holds else "BREAKS"
        text.append(
            f"{check.key} {check.limit_s:g} s {verdict}: {check.value_text}, {check.missed_share:.2%} beyond\n",
            style="" if check.holds else "bold",
        )
    text.append(
        f"{s.rows:,} rows: {s.requests:,} requests, {s.served:,} served, {s.refused_too_long:,} refused, "
        f"{s.unfinished:,} unfinished; {s.preemptions:,} preempted; {s.traffic}; "
        f"{s.busy_share:.0%} of the time in steps"
    )
    for name, count in s.named.items():
        text.append(f"\n{count:,} rows: {name}")
    return text
