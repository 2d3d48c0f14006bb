"""The search for the cheapest plan that holds in its simulation, within a number of simulations."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from math import ceil

from planner.answers import Cluster, Machine, Replica, Simulation
from planner.plan.checks import Checker
from planner.plan.explore import Explored
from planner.plan.sizes import Option, Sizes
from planner.progress import phase

# Designs among which cheaper ones are looked for; so many of them until one holds, and so many in a row that do not;
# simulations altogether.
OPTIONS, FIRST, PATIENCE, RUNS = 64, 8, 6, 60
# A design is looked at between these shares of the replicas that the closed form asks for, and some more.
LEAST_SHARE, MOST_SHARE, MORE = 0.3, 4, 8
# One of the same GPU, format and split as a design that broke is tried where the closed form has it so much better.
BETTER = 0.95
# Dollars an hour that are none.
SAME_USD = 5e-5
# Replicas that come to more than this share of what one can compute serve no more, however the simulation errs.
MOST_BUSY = 1.25


@dataclass(frozen=True)
class Held:
    """Replicas of a design that hold in their simulation. Its whole cluster takes as long to describe as some thousand
    requests to simulate, so that only what is asked for is made."""

    sizes: Sizes
    option: Option
    replicas: int
    run: Simulation

    @property
    def usd_per_hour(self) -> float:
        return self.sizes.usd_per_hour(self.option, self.replicas)

    @cached_property
    def cluster(self) -> Cluster:
        return self.sizes.cluster(self.option, self.replicas)

    @property
    def machine(self) -> Machine:
        """The machines of its cluster."""
        return self.sizes.machine(self.option, self.replicas)

    @property
    def replica(self) -> Replica:
        """Each of its replicas."""
        return self.sizes.replica(self.option)

    @property
    def fewer(self) -> bool:
        """Whether the closed form asks for more replicas."""
        return self.replicas < self.option.needed

    @property
    def explored(self) -> Explored:
        """Its candidates, with it as the winner."""
        return self.sizes.winning(self.option, self.replicas)


@dataclass
class Cheapest:
    """What is known so far: the best that holds, and how many simulations told so."""

    checker: Checker
    best: Held | None = None
    runs: int = 0
    below_usd: float = float("inf")  # what costs as much an hour is not looked for
    machines_alone: bool = False  # whether of what holds nothing but its machines is asked for
    beyond: Held | None = None  # the best without the limits on the cluster, which does not keep them
    held: list[Held] = field(default_factory=list)  # all that held on the way to the best
    longer: str = ""  # why it ended early, where that was for the steps of its simulations
    _seen: set[tuple[int, int]] = field(default_factory=set)
    _broken: dict[tuple[int, int, str], float] = field(default_factory=dict)  # the least strain that broke
    _sized: tuple[Sizes, float, list[tuple[Option, int]]] | None = None  # of what was asked last

    @property
    def spent(self) -> bool:
        return self.runs >= RUNS

    @property
    def reached_usd(self) -> float:
        """Dollars (USD) an hour that another plan has to cost less than."""
        return self.below_usd if self.best is None else self.best.usd_per_hour

    def look(self, explored: Explored, *, cheapest_first: bool = True) -> None:
        """Look for what holds and costs less than the best so far.

        The designs that are cheapest in closed form come first, until one holds. Of the others, the most replicas that
        cost less are asked about, the most promising in closed form first, until several in a row do not hold.
        cheapest_first: False for the second part alone, in as many replicas as keep within limits where none holds.
        """
        sizes = Sizes(explored)
        options = [option for option in sizes.options(OPTIONS) if self._name(sizes, option) not in self._seen]
        for option in options[:FIRST] if cheapest_first and self.below_usd == float("inf") else ():
            if self.best is None:
                self._fewest(sizes, option, self._least(sizes, option), MOST_SHARE * option.needed + MORE)
        broken = 0
        while (self.reached_usd < float("inf") or not cheapest_first) and broken < PATIENCE:
            cheaper = self._cheaper(sizes, options)
            if not cheaper:
                break
            found, (option, most) = self.best, cheaper[0]
            if self.runs:  # the first holds mostly, others break
                self.checker.ready([sizes.trial(*each) for each in cheaper[: PATIENCE - broken]])
            self._fewest(sizes, option, self._least(sizes, option), most)
            broken = broken + 1 if self.best is found else 0
        self._give_up_less(sizes, options)

    def _give_up_less(self, sizes: Sizes, options: list[Option]) -> None:
        """Where some option costs as much as the best so far and is nearer to the checkpoint's own formats, take it:
        nothing is given up that saves no money."""
        broken = 0
        for option in self._nearer(sizes, options):
            if self.best is None or broken == PATIENCE or self.spent:
                return
            if sizes.changed(option) >= self.best.sizes.changed(self.best.option):
                return
            count = self._as_much(sizes, option, self.best)
            if count and self._name(sizes, option) not in self._seen:
                self._seen.add(self._name(sizes, option))
                broken += not self._holds(sizes, option, count)

    def _nearer(self, sizes: Sizes, options: list[Option]) -> list[Option]:
        """All options, the nearest to the checkpoint's own formats first; none where only machines are asked for, those
        that might take the place of the best so far run on the same, and no other look follows."""
        nearer, best = sorted(options, key=sizes.changed), self.best
        if self.machines_alone and best is not None and best.usd_per_hour <= sizes.explored.looked_up_to_usd:
            most = best.sizes.changed(best.option)
            might = [o for o in nearer if sizes.changed(o) < most and self._name(sizes, o) not in self._seen]
            counts = [(option, self._as_much(sizes, option, best)) for option in might]
            here = best.sizes.placed(best.option, best.replicas)
            if all(sizes.placed(option, count) == here for option, count in counts if count):
                return []
        return nearer

    def _as_much(self, sizes: Sizes, option: Option, best: Held) -> int:
        """The most replicas that cost as much as the best so far; 0 where none do that may hold."""
        usd = best.usd_per_hour
        count = sizes.most_below(option, usd + SAME_USD, MOST_SHARE * option.needed + MORE)
        may = count >= self._least(sizes, option)
        return count if may and abs(sizes.usd_per_hour(option, count) - usd) < SAME_USD else 0

    def _cheaper(self, sizes: Sizes, options: list[Option]) -> list[tuple[Option, int]]:
        """Designs not looked at yet, with the most replicas that cost less than the best so far, or than is asked.

        The most promising come first. One that is hardly better in closed form than what broke of the same GPU, format
        and split is left out.
        """
        sized = [each for each in self._below(sizes, options) if self._name(sizes, each[0]) not in self._seen]
        strains = sizes.strain(sized) if sized else []
        most = [BETTER * self._broken.get(sizes.shape(option), float("inf")) for option, _ in sized]
        able = [i for i, strain in enumerate(strains) if strain < most[i]]
        return [sized[i] for i in sorted(able, key=strains.__getitem__)]

    def _below(self, sizes: Sizes, options: list[Option]) -> list[tuple[Option, int]]:
        """Options that may hold in replicas that cost less than the best so far, or than is asked, with the most of
        these; worked out once for the same dollars."""
        usd = self.reached_usd
        if self._sized is None or self._sized[0] is not sizes or self._sized[1] != usd:
            most = [(o, sizes.most_below(o, usd, MOST_SHARE * o.needed + MORE)) for o in options]
            self._sized = sizes, usd, [(o, count) for o, count in most if count >= self._least(sizes, o)]
        return self._sized[2]

    def _name(self, sizes: Sizes, option: Option) -> tuple[int, int]:
        return int(sizes.found.prepared.kept[option.design]), option.limit

    def _fewest(self, sizes: Sizes, option: Option, least: int, most: int) -> None:
        """The fewest replicas of one design that hold, by bisection; none that cost more than the best so far."""
        self._seen.add(self._name(sizes, option))
        low, high = least - 1, min(most, sizes.most_below(option, self.below_usd, most))
        if high <= low or self.spent:
            return
        first = max(least, min(option.needed, high))
        if self._seems(sizes, option, first) and self._narrow(sizes, option, low, first):
            return
        larger = self._larger(sizes, option, first, high)
        if larger is not None:
            self._narrow(sizes, option, *larger)

    def _narrow(self, sizes: Sizes, option: Option, low: int, high: int) -> bool:
        """Whether any replicas hold, between `low` that break and `high` that seem to hold, or do.

        What seems to hold leads on to fewer replicas; the fewest are simulated whole, and where they break, the next
        ones that seemed to hold are.
        """
        seeming = [high]
        while seeming:
            high = seeming[-1]
            closer = high - low > 1 and not self.spent
            if closer and self._seems(sizes, option, middle := (low + high) // 2):
                seeming.append(middle)
            elif closer:
                low = middle
            elif self._is_best(sizes, option, high) or self._holds(sizes, option, high):
                return True
            else:
                low = seeming.pop()
        return False

    def _is_best(self, sizes: Sizes, option: Option, replicas: int) -> bool:
        best = self.best
        return best is not None and best.sizes is sizes and (best.option, best.replicas) == (option, replicas)

    def _larger(self, sizes: Sizes, option: Option, broken: int, most: int) -> tuple[int, int] | None:
        """Replicas that break and more that hold, `most` at most; None where none do."""
        if broken >= most or self.spent or self.checker.hopeless(sizes.cluster(option, broken)):
            return None
        step = most - broken if self.best is not None else max(1, broken // 8)
        while broken < most and not self.spent:
            count = min(broken + step, most)
            if self._holds(sizes, option, count):
                return broken, count
            broken, step = count, 2 * step
        return None

    def _holds(self, sizes: Sizes, option: Option, replicas: int) -> bool:
        """Simulate; what holds is the best so far, as nothing dearer is asked about."""
        return self._known(sizes, option, replicas, self._next().held(sizes.trial(option, replicas)))

    def _seems(self, sizes: Sizes, option: Option, replicas: int) -> bool:
        """Simulate until it is clear whether they hold."""
        found = self._next().seems(sizes.trial(option, replicas))
        return found is True or self._known(sizes, option, replicas, found or None)

    def _known(self, sizes: Sizes, option: Option, replicas: int, run: Simulation | None) -> bool:
        """Book what a run told, None where it broke."""
        if run is None:
            shape = sizes.shape(option)
            self._broken[shape] = min(self._broken.get(shape, float("inf")), *sizes.strain([(option, replicas)]))
        else:
            self.best = Held(sizes, option, replicas, run)
            self.held.append(self.best)
        return run is not None

    def _next(self) -> Checker:
        """What runs the next simulation."""
        self.runs += 1
        name = f"simulation {self.runs} of at most {RUNS}"
        return replace(self.checker, progress=phase(self.checker.progress, name))

    def _least(self, sizes: Sizes, option: Option) -> int:
        """The fewest replicas that may hold, spare ones included."""
        request, prepared = self.checker.request, sizes.found.prepared
        spare, most_per_s = request.limits.spare_replicas, float(prepared.curves.rate_per_s[option.design].max())
        busy = ceil(request.traffic.peak_per_s / (MOST_BUSY * most_per_s))
        return spare + max(1, busy, ceil(LEAST_SHARE * (option.needed - spare)))
