"""Every design of what was explored in any number of replicas: its price, its cluster, and the answer that it wins."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from functools import cached_property

import numpy as np

from planner.answers import Cluster, Machine, Replica
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.latency import latency_of
from planner.load.records import replica
from planner.physics.confidence import Caution
from planner.plan import cluster
from planner.plan.choice import changes, clusters, leaders
from planner.plan.explore import Explored
from planner.plan.trial import Trial
from planner.request.request import sla_key
from planner.search.candidates import Candidates, machines_for, pairs, within_limits

# Numbers of replicas whose price is worked out at once; that of more is for each number that is asked about.
MOST_KNOWN = 200


@dataclass(frozen=True)
class Option:
    """A design with a batch limit (indices), and the replicas that the closed form asks for, spare ones included."""

    design: int
    limit: int
    needed: int


@dataclass(frozen=True)
class Sizes:
    """The candidates of `explored`, whose closed form chose their replicas, with other numbers of them."""

    explored: Explored

    @property
    def found(self) -> Candidates:
        assert self.explored.found is not None
        return self.explored.found

    def options(self, most: int) -> list[Option]:
        """The winner, then the cheapest designs by closed form with their batch limits, `most` altogether."""
        found = self.found
        group = found.design[found.row] * len(found.prepared.limits) + found.limit[found.row]
        ranked = leaders(found, group, most=most)
        needed = np.full((len(found.prepared.designs), len(found.prepared.limits)), np.inf)
        np.minimum.at(needed, (found.design, found.limit), found.replicas)
        of = [(int(found.design[r]), int(found.limit[r])) for r in found.row[ranked]]
        return [Option(design, limit, int(needed[design, limit])) for design, limit in of]

    def strain(self, sized: list[tuple[Option, int]]) -> list[float]:
        """How far options with numbers of replicas break the limits by closed form: of the requests that may miss one,
        the share that does; without limits the utilization. Each is worked out once."""
        known = self._strains
        new = [each for each in sized if each not in known]
        if new:
            known.update(zip(new, self._strain(new), strict=True))
        return [known[each] for each in sized]

    @cached_property
    def _strains(self) -> dict[tuple[Option, int], float]:
        return {}

    def _strain(self, sized: list[tuple[Option, int]]) -> list[float]:
        found, request = self.found, self.explored.request
        design, limit = (np.array([getattr(option, name) for option, _ in sized], int) for name in ("design", "limit"))
        working = np.array([float(count - found.spare) for _, count in sized])
        figures = latency_of(
            found.prepared.curves, design, request.traffic.peak_per_s / working, found.prepared.slots[design, limit],
            sharing=working, whole=any(key.startswith("e2e") for key in request.sla),
        )  # fmt: skip
        missed = [figures.missed(*sla_key(key), bound) for key, bound in request.sla.items()]
        strain = np.maximum.reduce(missed or [figures.utilization])
        # Requests that wait without end may still get each of their tokens in time.
        full = np.where(figures.utilization < 1.0, 0.0, figures.utilization)
        return np.maximum(strain, full).tolist()  # type: ignore[no-any-return]

    def shape(self, option: Option) -> tuple[int, int, str]:
        """GPU and weight format (indices) and split."""
        designs = self.found.prepared.designs
        return int(designs.gpu[option.design]), int(designs.fmt[option.design]), str(designs.split_at(option.design))

    def changed(self, option: Option) -> int:
        """How far it is from the checkpoint's own formats, see `changes`."""
        return self._changes[option.design]

    @cached_property
    def _changes(self) -> list[int]:
        return changes(self.found.prepared.designs).tolist()  # type: ignore[no-any-return]

    def usd_per_hour(self, option: Option, replicas: int) -> float:
        """Dollars (USD) an hour on the cheapest offer that can hold them; infinite beyond the request's limits."""
        known = self._usd(option.design, replicas)
        return known[replicas] if replicas < len(known) else self._cheapest(option, replicas)[1]

    def most_below(self, option: Option, usd_per_hour: float, most: int) -> int:
        """The most replicas, up to `most`, that cost less than `usd_per_hour`; 0 where none do: more cost no less."""
        known = self._usd(option.design, most)
        if most < len(known):
            return bisect_left(known, usd_per_hour * (1.0 - 1e-9), 1, most + 1) - 1
        low, high = 0, most + 1
        while high - low > 1:
            middle = (low + high) // 2
            if self.usd_per_hour(option, middle) < usd_per_hour * (1.0 - 1e-9):
                low = middle
            else:
                high = middle
        return low

    def cluster(self, option: Option, replicas: int) -> Cluster:
        """The cluster of so many replicas, as the answer has it."""
        whole, index = self._with(option, replicas)
        return clusters(self.explored.stated, whole, self.explored.market, [index], self.explored.coefficients)[0]

    def machine(self, option: Option, replicas: int) -> Machine:
        """The machines of that cluster."""
        offer, machines = self.placed(option, replicas)
        return cluster.machine(self.explored.market, offer, machines, self.explored.request.scope)

    def placed(self, option: Option, replicas: int) -> tuple[int, int]:
        """The same as an offer's number and how many of it."""
        offer, _, machines = self._cheapest(option, replicas)
        return offer, int(machines)

    def replica(self, option: Option) -> Replica:
        """Each of its replicas."""
        prepared = self.found.prepared
        return replica(prepared.designs, option.design, int(prepared.limits[option.limit]))

    def trial(self, option: Option, replicas: int) -> Trial:
        """The same as it is simulated."""
        found = self.found
        design, c = found.prepared.designs.take(np.array([option.design])), found.prepared.curves
        most = int(found.prepared.limits[option.limit])
        caution = Caution(float(c.caution[option.design]), float(c.first[option.design]))
        return Trial(design, most, replicas - found.spare, lambda: self.cluster(option, replicas), caution)

    def winning(self, option: Option, replicas: int) -> Explored:
        """So many replicas in front of the dearer candidates: the others that do not cost more are no longer
        feasible."""
        found, index = self._with(option, replicas)
        dearer = found.usd_per_hour.round(4) > found.usd_per_hour[index].round(4)
        dearer[index] = True
        return replace(self.explored, found=replace(found, feasible=found.feasible & dearer), closed=found.feasible)

    def _with(self, option: Option, replicas: int) -> tuple[Candidates, int]:
        """The candidates with one more, and its number."""
        found, (offer, usd, machines) = self.found, self._cheapest(option, replicas)
        own = (option.design, option.limit, float(replicas))
        sets = [
            np.append(part, mine) for part, mine in zip((found.design, found.limit, found.replicas), own, strict=True)
        ]
        return replace(
            found, design=sets[0], limit=sets[1], replicas=sets[2], row=np.append(found.row, len(found.replicas)),
            offer=np.append(found.offer, offer), machines=np.append(found.machines, machines),
            usd_per_hour=np.append(found.usd_per_hour, usd), feasible=np.append(found.feasible, True),
        ), len(found)  # fmt: skip

    def _cheapest(self, option: Option, replicas: int) -> tuple[int, float, float]:
        """Offer, dollars (USD) an hour and machines."""
        market, (offers, size) = self.explored.market, self._rented(option.design)
        machines = machines_for(np.array([float(replicas)]), size, market.size[offers])
        usd = machines * market.usd_per_hour[offers]
        able = within_limits(self.explored.request, machines, usd, market, offers)
        at = int(np.where(able, usd, np.inf).argmin())
        return int(offers[at]), float(usd[at]) if able[at] else float("inf"), float(machines[at])

    def _usd(self, design: int, upto: int) -> list[float]:
        """`usd_per_hour` of a design in so many replicas and fewer, MOST_KNOWN at most, worked out at once."""
        known = self._prices.get(design, [])
        if len(known) <= min(upto, MOST_KNOWN):
            market, (offers, size) = self.explored.market, self._rented(design)
            counts = np.arange(min(2 * upto, MOST_KNOWN) + 1.0)
            machines = machines_for(counts[:, None], size, market.size[offers])
            usd = machines * market.usd_per_hour[offers]
            able = within_limits(self.explored.request, machines, usd, market, offers)
            self._prices[design] = known = np.where(able, usd, np.inf).min(axis=1).tolist()
        return known

    @cached_property
    def _prices(self) -> dict[int, list[float]]:
        return {}

    def _rented(self, design: int) -> tuple[Array, Array]:
        """The offers that can hold a design, and the GPUs of its replica."""
        if design not in self._seen:
            of, offers = self._offers
            self._seen[design] = offers[of == design], self.found.prepared.designs.gpus_per_replica[[design]]
        return self._seen[design]

    @cached_property
    def _seen(self) -> dict[int, tuple[Array, Array]]:
        return {}

    @cached_property
    def _offers(self) -> tuple[Array, Array]:
        return pairs(self.found.prepared.designs, self.explored.market)
