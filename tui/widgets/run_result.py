"""A simulated run: over time while it runs; in its course, its spread and its figures once it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from planner.frozen import dataclass
from planner.report.table import written
from tui.plot.picture import Axis, Limit, Picture, Series
from tui.plot.scale import si

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.answers import Cluster, Simulation, SlaCheck
    from planner.request.request import Request
    from planner.simulation.progress import Glance
    from planner.simulation.spread import LatencySpread

NAMES = {"ttft": "TTFT", "tpot": "TPOT", "e2e": "answer"}
TIME = Axis("of traffic", "s", low=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What a run is of; the figures of a cluster that was simulated meanwhile make no other subject."""

    request: Request
    cluster: Cluster

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Subject) and self._stated() == other._stated()

    def _stated(self) -> tuple[object, ...]:
        c = self.cluster
        return self.request, c.machine, c.replica, c.replicas, c.spare_replicas


def subject_text(subject: Subject) -> str:
    """Cluster and load in a line."""
    c, rate = subject.cluster, subject.request.traffic.rate_per_s
    r = c.replica
    return (
        f"{c.replicas} x {r.model.rpartition('/')[2]} in {r.weight_format} on {c.machine.gpu}, "
        f"{rate:.4g} requests a second"
    )


def over_time(seen: Sequence[Glance]) -> Picture:
    """Percentiles of the latest requests, and how many wait, as the run goes on."""
    x = [g.at_s for g in seen]
    series = (
        Series("TTFT p95", x, [g.ttft_p95_s for g in seen]), Series("TPOT p95", x, [g.tpot_p95_s for g in seen]),
        Series("waiting (right)", x, [float(g.waiting) for g in seen], right=True),
    )  # fmt: skip
    return Picture("while it runs", TIME, Axis("", "s", log=True), series, right=Axis("requests", low=0.0))


def course(found: LatencySpread) -> Picture:
    """Requests that wait for their first token and those that are being answered, over the whole run."""
    rows = (("waiting", found.waiting), ("running", found.running))
    series = tuple(Series(name, found.at_s, [float(n) for n in counts]) for name, counts in rows)
    return Picture("requests at each moment", TIME, Axis("", low=0.0), series)


def spread_of(found: LatencySpread, metric: str, shares: Sequence[float], checks: Sequence[SlaCheck]) -> Picture:
    """The share of requests within each time, against the limits of this metric: it has to pass left of each limit's
    line by the height of its percentile."""
    times = found.quantiles_s[metric]
    own = [check for check in checks if check.key.partition("_")[0] == metric]
    percentiles = dict.fromkeys(check.key.split("_")[1] for check in own)
    across = tuple(Limit(float(p[1:]), p) for p in percentiles if p != "mean")
    down = tuple(Limit(check.limit_s, f"{si(check.limit_s, 's')} {_verdict(check)}", "above") for check in own)
    title = NAMES[metric] if own else f"{NAMES[metric]}, no limit"
    return Picture(
        title, Axis("", "s", log=True), Axis("", "%", low=0.0, high=100.0),
        (Series("", times, [100.0 * share for share in shares[: len(times)]]),), across=across, down=down,
    )  # fmt: skip


def _verdict(check: SlaCheck) -> str:
    return f"{'holds' if check.holds else 'BREAKS'}, {check.missed_share:.2%} beyond"


def verdict(s: Simulation) -> str:
    """The run in one line."""
    limits = "; ".join(f"{c.key} {c.value_text} of {c.limit_s:g} s {'holds' if c.holds else 'BREAKS'}" for c in s.sla)
    return f"{s.served:,} of {s.requests:,} requests served; {limits or 'no limit is stated'}"


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
