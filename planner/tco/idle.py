"""Scale to zero: one rented replica that is stopped when idle, for thin traffic."""

from __future__ import annotations

from collections.abc import Mapping
from math import erfc, log, sqrt

import numpy as np

from hardware_db.ownership import OwnershipTerm
from hardware_db.starting import minimum_billing
from models_db.stored import stored_bytes
from planner.answers import Latencies, Percentiles
from planner.formulas import cold_start
from planner.formulas.time import HOURS_PER_MONTH
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.request.request import Request, sla_key
from planner.tco.hosting import Way

GB = 1e9
SUFFIX = ", scale to zero"
# The 99 % quantile of the normal distribution.
Z99 = 2.3263478740408408
SHARES = {"p50": 0.5, "p90": 0.1, "p95": 0.05, "p99": 0.01}


@dataclass(frozen=True)
class Idle:
    """The smallest unit of a rented way, stopped when idle.

    read_s, start_s: to read the weights, and from stopped to serving [s]; timeout_s: without a request until it stops;
    minimum_s: what a start is billed at least; answer_s: mean time of an answer; hourly: factors of the day.
    """

    way: Way
    request: Request
    weights_gb: float
    read_s: float
    start_s: float
    timeout_s: float
    minimum_s: float
    minimum_source: str
    answer_s: float
    hourly: tuple[float, ...]

    @property
    def name(self) -> str:
        return f"{self.way.name}{SUFFIX}"

    @property
    def hold_s(self) -> float:
        """How long a request keeps the replica on: its answer and the timeout, which is as long as what is paid."""
        return max(self.answer_s + self.timeout_s, self.minimum_s - self.start_s)

    @property
    def capacity_per_s(self) -> float:
        """Mean requests a second of the one replica."""
        return self.way.capacity_per_s * self.way.unit

    def on_share(self, rate: Array) -> Array:
        """Share of the month that it is on and billed, over the hours of the day."""
        return sum(cold_start.on_share(rate * f, self.start_s, self.hold_s) for f in self._busy) / len(self.hourly)

    def starts_per_month(self, rate: Array) -> Array:
        each = sum(cold_start.starts_per_s(rate * f, self.start_s, self.hold_s) for f in self._busy)
        return each / len(self.hourly) * HOURS_PER_MONTH * 3600.0

    def delayed_share(self, rate: Array, more_than_s: float = 0.0) -> Array:
        """Share of requests that wait for a start longer than that."""
        by_hour = [f * cold_start.delayed_share(rate * f, self.start_s, self.hold_s, more_than_s) for f in self._busy]
        return sum(by_hour) / len(self.hourly)

    def mean_wait_s(self, rate: Array) -> Array:
        by_hour = [f * cold_start.mean_wait_s(rate * f, self.start_s, self.hold_s) for f in self._busy]
        return sum(by_hour) / len(self.hourly)

    @property
    def _busy(self) -> list[float]:
        return [f for f in self.hourly if f > 0.0]

    def lines(self, rate: Array, terms: Mapping[str, Array], price: Array = 1.0) -> dict[str, Array]:
        """Dollars (USD) a month by line; `price` scales what the machines cost."""
        rent = self.way.unit * self.way.usd_per_hour * price * HOURS_PER_MONTH
        return {
            "rent": rent * self.on_share(rate),
            "disk": self.way.unit * self.weights_gb * terms["disk_usd_per_gb_month"],
            "staff": terms["staff_fte_cloud"] * terms["staff_usd_per_year"] / 12.0,
        }

    def breaches(self, rate: float) -> list[str]:
        """Each limit that starts break, with by how much; empty where the SLA holds."""
        keys = [(key, limit, *sla_key(key)) for key, limit in self.request.sla.items()]
        return [
            text
            for key, limit, metric, at in keys
            if metric != "tpot" and (text := self._breach(key, limit, getattr(self._latency, f"{metric}_s"), at, rate))
        ]

    def _breach(self, key: str, limit: float, known: Percentiles, at: str, rate: float) -> str:
        if at == "mean":
            mean = float(known.mean + self.mean_wait_s(rate))
            return f"{key}: {mean:.3g} s with its starts, {limit:g} s is asked" if mean > limit else ""
        waits = float(self.delayed_share(rate, max(0.0, limit - known.p50)))
        share, most = waits + (1.0 - waits) * _later(known, limit), SHARES[at]
        said = f"{key}: with its starts {share:.2%} of the requests take longer than {limit:g} s, {most:.0%} may"
        return said if share > most else ""

    @property
    def _latency(self) -> Latencies:
        return self.way.cluster.latency

    def usd(self, rate: Array, terms: Mapping[str, Array], price: Array = 1.0) -> Array:
        """Dollars a month; infinite beyond one replica. Whether the SLA holds is asked apart."""
        total = sum(self.lines(rate, terms, price).values())
        return np.where(np.asarray(rate) > self.capacity_per_s, np.inf, total)


def idle_of(way: Way, request: Request, terms: Mapping[str, OwnershipTerm]) -> Idle | None:
    """A rented way stopped when idle; None for what is bought, where spare replicas are to stand by, and where the
    design is not known."""
    design = way.cluster.design
    if way.server is not None or request.limits.spare_replicas or design is None:
        return None
    gb = stored_bytes(design.model, design.formats[design.fmt[0]]) / GB
    read_s = gb / terms["weights_read_gb_s"].value
    start_s = terms["machine_start_s"].value + read_s + terms["engine_start_s"].value
    minimum_s, source = minimum_billing(way.cluster.machine.provider, terms)
    return Idle(
        way, request, gb, read_s, start_s, terms["idle_timeout_s"].value, minimum_s, source,
        way.cluster.latency.e2e_s.mean, request.traffic.hourly,
    )  # fmt: skip


def _later(known: Percentiles, limit: float) -> float:
    """Share of requests later than a limit, lognormal through the median and the 99 % quantile."""
    spread = log(known.p99 / known.p50) / Z99 if known.p99 > known.p50 > 0.0 else 0.0
    if spread == 0.0:
        return float(known.p50 > limit)
    return 0.5 * erfc(log(limit / known.p50) / spread / sqrt(2.0))
