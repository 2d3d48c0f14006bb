"""One way in: what the command line, the terminal interface and scripts ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from planner.calibration.own.calibrating import Calibrates, calibrated
from planner.catalogs import Catalogs
from planner.deployment.starts import Starts
from planner.document.reporting import Reporting
from planner.physics.coefficients import Coefficients
from planner.request.engine import AS_SHIPPED, EngineSettings
from planner.request.reading import folder_of
from planner.request.request import AS_LITTLE, QualityTerms, Request
from planner.request.strict import a, names, number, valid
from planner.sweep.sweeping import Sweeps

if TYPE_CHECKING:
    from models_db.quality import Score
    from planner.answers import Cluster, Estimated, FitAnswer, Infeasible, Plan, Simulation, WhyNot, WiderClass
    from planner.fleet.answer import FleetInfeasible, FleetPlan
    from planner.fleet.request import FleetRequest
    from planner.load.demand import Demand
    from planner.physics.deployment import Deployment
    from planner.physics.split import Split
    from planner.plan.candidate import Details
    from planner.plan.context import Context
    from planner.plan.explore import Explored
    from planner.plan.rehearsal import Rehearsal, Watch
    from planner.plan.shortlist import Entry
    from planner.plan.verified import Checked, Verified
    from planner.progress import Progress
    from planner.quant.answer import QuantAnswer
    from planner.tco.answer import FloorAnswer, FloorNotReached, TcoAnswer
    from planner.tco.apis import ApiPrice
    from planner.tco.request import TcoTerms

MOST_CONTEXT, MOST_SEED = 100_000_000, 2**63


class Planner(Reporting, Starts, Calibrates, Sweeps):
    """Catalogs, coefficients, and what is kept between questions. Two planners share nothing; one thread at a time asks
    one, but for `simulate`, which may run beside.

    overlay: a directory of one's own models, accelerators, prices (docs/adding.md) and calibrations
    (docs/calibrate.md); none is looked for where it is not given. catalogs, coefficients: instead of the shipped ones.
    today: the day that the age of prices is counted to where a request states none (default: the clock's). Answers are
    frozen records, described by `gpuplan schema`;
    times are in seconds, dollars are USD. Bad input of any kind raises PlannerError, one line, records that
    `model_copy` changed included; what cannot be met is an answer, not an error.

    >>> from planner import Planner, parse_request
    >>> asked = {"model": "Qwen/Qwen3-8B", "traffic": {"rate_per_s": 2.0}, "input_tokens": {"mean": 800},
    ...          "output_tokens": {"mean": 200}, "sla": {"ttft_p95_s": 1.0}, "scope": {"gpus": ["L40S"]}}
    >>> answer = Planner().plan(parse_request(asked))
    >>> answer.status, answer.cluster.machine.gpu, answer.verification.sla[0].holds
    ('feasible', 'L40S', True)
    """

    def __init__(
        self, overlay: Path | str | None = None, *, catalogs: Catalogs | None = None,
        coefficients: Coefficients | None = None, today: date | None = None,
    ) -> None:  # fmt: skip
        folder = None if overlay is None else folder_of(overlay, "overlay")
        self._catalogs = a(catalogs or Catalogs.read(folder), Catalogs, "catalogs")
        self._today = None if today is None else a(today, date, "today")
        self._overlay = folder
        self._coefficients = a(coefficients or calibrated(folder, self._catalogs), Coefficients, "coefficients")

    @property
    def catalogs(self) -> Catalogs:
        """Models, accelerators and offers, the user's own records included."""
        return self._catalogs

    @property
    def coefficients(self) -> Coefficients:
        """What was calibrated: achieved shares of peaks, fixed costs, fitted factors and intervals."""
        return self._coefficients

    @cached_property
    def choices(self) -> dict[str, tuple[str, ...]]:
        """What a request may name, by key: GPUs that are rented, formats, engines, providers, classes, presets."""
        from planner.plan.scope import scope_choices

        return scope_choices(self._catalogs)

    @cached_property
    def _context(self) -> Context:
        from planner.plan.context import Context

        return Context(self._catalogs, self._coefficients)

    @property
    def today(self) -> date:
        """The day that ages count to where a request states none: as it was made with, else that on the clock."""
        return self._today or datetime.now(UTC).date()

    def dated(self, request: Request) -> Request:
        """The request with the day that the age of its prices is counted to, the engine of its checkpoint, and assumed
        lengths that fit the context."""
        from planner.plan.lengths import as_served

        return as_served(valid(request, Request, "request").on(self.today), self._catalogs)

    def explore(self, request: Request, *, progress: Progress | None = None) -> Explored:
        """The candidates of a request, at once, with the plan before its simulation; progress: (parts done, all)."""
        from planner.plan.explore import explore

        return explore(self.dated(request), self._context, progress)

    def leader(self, request: Request) -> Entry | None:
        """The first of the `shortlist` of a request that names its model, sooner than all of it; None where nothing is
        feasible. Raises InputError where it names none, or one that is not known."""
        from planner.plan.leader import leader

        return leader(self.dated(request), self._context)

    def verify(self, explored: Explored, *, seed: int = 0, progress: Progress | None = None) -> Verified:
        """What was explored with its winner simulated: another winner where the simulation breaks a limit.

        seed: of the drawn traffic; progress: called with (requests done, all).
        """
        from planner.plan.explore import Explored
        from planner.plan.verified import verified

        number(seed, "seed", 0, MOST_SEED, whole=True)
        return verified(a(explored, Explored, "explored"), self._context, seed=seed, progress=progress)

    def plan(
        self, request: Request, *, verify: bool = True, why_not: Sequence[str] = (), progress: Progress | None = None
    ) -> Plan | Infeasible:
        """The cheapest cluster that meets the request's SLA, its winner simulated; or what stands in the way.

        verify: False leaves the simulation out, and the answer has no `verification`; why_not: GPUs, formats, engines
        or providers whose absence is explained; progress: as of `verify`. Raises PlannerError.
        """
        from planner.plan.whole import whole
        from planner.plan.why_not import must_know

        asked, request = names(why_not, "why_not"), self.dated(request)
        must_know(asked, self._catalogs)
        explored = self.explore(request, progress=progress)
        found = self.verify(explored, progress=progress) if verify else None
        return whole(found, explored, request, self._context, asked, progress)

    def wider(
        self, answer: Plan | Infeasible, request: Request, *, verify: bool = True, progress: Progress | None = None
    ) -> list[WiderClass]:
        """What each class of offers left out would save, or that it meets what others do not; see `why_not`."""
        from planner.answers import Infeasible, Plan
        from planner.plan.wider import wider

        found = a(answer, Plan, "answer").cluster if not isinstance(answer, Infeasible) else None
        return wider(found, self.dated(request), self._context, check=verify, progress=progress)

    def looser(
        self, answer: Plan | Infeasible, request: Request, *, verify: bool = True, progress: Progress | None = None
    ) -> Plan | Infeasible:
        """The answer with what a looser limit on quality would save, or would make possible; see `why_not`."""
        from planner.plan.looser import with_looser

        return with_looser(answer, self.dated(request), self._context, check=verify, progress=progress)

    def checked(self, request: Request, *, progress: Progress | None = None) -> Checked | Infeasible:
        """The cluster of the verified plan and its run, sooner than `plan`. Raises PlannerError."""
        from planner.plan.verified import verified_cluster

        return verified_cluster(self.explore(request, progress=progress), self._context, progress=progress)

    def why_not(
        self, answer: Plan, request: Request, name: str, *, verify: bool = True, progress: Progress | None = None
    ) -> WhyNot:
        """Why a GPU, format, engine or provider is not the answer: the cheapest plan restricted to it.

        verify: simulate that plan, as the answer was; progress: as of `verify`. Raises PlannerError where `name` is
        none of these.
        """
        from planner.answers import Plan
        from planner.plan.why_not import must_know, why_not

        a(answer, Plan, "answer")
        must_know([a(name, str, "name")], self._catalogs)
        return why_not(answer, self.dated(request), self._context, name, check=verify, progress=progress)

    def shortlist(self, explored: Explored) -> list[Entry]:
        """The best candidate of every GPU, weight format and KV format, cheapest first."""
        from planner.plan.explore import Explored
        from planner.plan.shortlist import shortlist

        return shortlist(a(explored, Explored, "explored"))

    def details(self, explored: Explored | Verified, index: int) -> Details:
        """One candidate of what was explored: its cluster, steps under their roofs, latency as the load grows.

        Of a `Verified`, `index` counts the candidates that its winner was found among (`explored.winner`). Raises
        InputError where there is no such candidate.
        """
        from planner.plan.verified import candidate_details

        return candidate_details(explored, index)

    def fleet(self, request: FleetRequest, *, why_not: Sequence[str] = ()) -> FleetPlan | FleetInfeasible:
        """The cheapest fleet for several workloads, or what stands in the way. Raises PlannerError."""
        from planner.fleet.plan import plan_fleet
        from planner.fleet.request import FleetRequest

        asked, request = names(why_not, "why_not"), valid(request, FleetRequest, "request")
        dated = request.model_copy(update={"scope": request.scope.on(self.today)})
        return plan_fleet(dated, self._context, why_not=asked)

    def estimate(self, deployment: Deployment, demand: Demand) -> Estimated:
        """One deployment exactly as given: memory by part, step times by roof, latency, throughput.

        Raises PlannerError where the deployment is not legal (a format without a kernel, a cut that does not divide).
        """
        from planner.deployment.estimate import estimate
        from planner.load.demand import Demand
        from planner.physics.deployment import Deployment

        a(deployment, Deployment, "deployment").check()
        a(demand, Demand, "demand").check()
        return estimate(deployment, demand, self._catalogs, self._coefficients)

    def fit(
        self, model: str, *, gpus: Sequence[str] = (), weights: str | None = None, kv: str | None = None,
        engine: str | None = None, context: int | None = None, settings: EngineSettings = AS_SHIPPED,
        quality: QualityTerms = AS_LITTLE, split: Split | None = None,
    ) -> FitAnswer:  # fmt: skip
        """Whether a model fits: a row for every GPU named, or for all. `engine`: None for the checkpoint's own;
        `context`: tokens that a sequence must hold; `quality`: what formats that would make room may cost; `split`:
        the one cut of the model, the smallest that fits where it is None."""
        from planner.deployment.fit import fit

        for name, text in {"model": model, "engine": engine, "weights": weights, "kv": kv}.items():
            a(text or "", str, name)
        if context is not None:
            number(context, "context", 1, MOST_CONTEXT, whole=True)
        settings, quality = valid(settings, EngineSettings, "settings"), valid(quality, QualityTerms, "quality")
        return fit(
            self._catalogs, self._coefficients, model=model, gpus=names(gpus, "gpus"), weights=weights, kv=kv,
            engine=engine, context=context, settings=settings, quality=quality, split=split,
        )  # fmt: skip

    def quant(self, request: Request, *, largest_rate: bool = False) -> QuantAnswer:
        """What each weight and KV format of the request's model gains and loses, at the request's rate or at the
        largest one within the SLA on the same machines. Raises PlannerError."""
        from planner.quant.table import quant

        return quant(self.dated(request), self._context, largest_rate=largest_rate)

    def tco(
        self, request: Request, terms: TcoTerms, *, prices: Mapping[str, ApiPrice] | None = None,
        scores: Iterable[Score] = (), today: date | None = None, progress: Progress | None = None,
    ) -> TcoAnswer | FloorAnswer | FloorNotReached | Infeasible:  # fmt: skip
        """Self-hosting against API prices; over all models that reach it where the request has a quality floor.

        prices: one's own by `provider/model`; scores: one's own; today: day of the shipped prices. Raises PlannerError.
        """
        from planner.tco.asked import asked_of
        from planner.tco.request import TcoTerms

        request, terms = self.dated(request), valid(terms, TcoTerms, "terms")
        return asked_of(
            request, terms, self._context, prices=prices, scores=scores, today=today or request.scope.as_of,
            progress=progress,
        )  # fmt: skip

    def simulate(
        self, request: Request, what: Plan | Cluster | Deployment, run: Rehearsal | None = None, *,
        confidence: float | None = None, watch: Watch | None = None,
    ) -> Simulation:  # fmt: skip
        """Traffic through a plan, a cluster or a deployment, request by request.

        confidence: that the design is as fast as its device times (default: the request's for a plan, one half, so
        times as predicted, for a deployment); watch: gets a look at the run now and then, and ends it by an exception.
        A plan runs on the records that it was made from: where this planner's are others, or the cluster was changed
        into another design, InputError says so. Raises PlannerError.
        """
        from planner.deployment.running import run_through
        from planner.plan.rehearsal import Rehearsal

        if confidence is not None:
            number(confidence, "confidence", 0.5, 0.99)
        run = None if run is None else a(run, Rehearsal, "run")
        return run_through(what, self.dated(request), run, self._context, confidence, watch)
