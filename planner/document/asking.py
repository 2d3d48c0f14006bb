"""The questions of a report: plan, money, formats and load of one workload, or one fleet, on one stated day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Protocol

from planner.answers import Infeasible, Plan
from planner.catalogs import Catalogs
from planner.document.answers import Answers, FleetAnswers, Options
from planner.document.aside import Aside
from planner.errors import PlannerError
from planner.physics.coefficients import Coefficients
from planner.progress import Progress, phase
from planner.request.request import Request

if TYPE_CHECKING:
    from models_db.quality import Score
    from planner.fleet.answer import FleetInfeasible, FleetPlan
    from planner.fleet.request import FleetRequest
    from planner.plan.candidate import Details
    from planner.plan.explore import Explored
    from planner.plan.verified import Verified
    from planner.quant.answer import QuantAnswer
    from planner.tco.answer import FloorAnswer, FloorNotReached, TcoAnswer
    from planner.tco.apis import ApiPrice
    from planner.tco.request import TcoTerms


class Answering(Protocol):
    """The part of `Planner` that a report asks."""

    @property
    def catalogs(self) -> Catalogs: ...
    @property
    def coefficients(self) -> Coefficients: ...
    @property
    def today(self) -> date: ...
    def dated(self, request: Request) -> Request: ...
    def explore(self, request: Request, *, progress: Progress | None = None) -> Explored: ...
    def verify(self, explored: Explored, *, seed: int = 0, progress: Progress | None = None) -> Verified: ...
    def details(self, explored: Explored | Verified, index: int) -> Details: ...
    def plan(
        self, request: Request, *, verify: bool = True, why_not: Sequence[str] = (), progress: Progress | None = None
    ) -> Plan | Infeasible: ...
    def quant(self, request: Request, *, largest_rate: bool = False) -> QuantAnswer: ...
    def tco(
        self, request: Request, terms: TcoTerms, *, prices: Mapping[str, ApiPrice] | None = None,
        scores: Iterable[Score] = (), today: date | None = None, progress: Progress | None = None,
    ) -> TcoAnswer | FloorAnswer | FloorNotReached | Infeasible: ...  # fmt: skip
    def fleet(self, request: FleetRequest, *, why_not: Sequence[str] = ()) -> FleetPlan | FleetInfeasible: ...


@dataclass(frozen=True)
class Given:
    """What a user brings of their own: API prices by `provider/model`, scores, and what else the report is asked.

    aside: whether the money may be computed in a process of its own beside the plan; meanwhile: what to do before this
    one waits for it.
    """

    prices: Mapping[str, ApiPrice] | None = None
    scores: tuple[Score, ...] = ()
    options: Options = field(default_factory=Options)
    aside: bool = False
    meanwhile: Callable[[], object] = lambda: None


def answers(
    planner: Answering, request: Request, terms: TcoTerms, given: Given, progress: Progress | None = None
) -> Answers:
    """All answers to one workload. Raises PlannerError."""
    day = request.scope.as_of or planner.today
    dated = planner.dated(request.on(day))
    question = _Costs(planner, terms, given, day)
    # A model that is named is costed beside its plan; one that a score stands for is known by the plan.
    beside = Aside(partial(question.of, dated), wanted=given.aside and dated.model is not None)
    plan = planner.plan(dated, why_not=given.options.why_not, progress=phase(progress, "planning"))
    feasible = isinstance(plan, Plan)
    details = _details(planner, dated) if feasible else None
    quant, money = None, _NOTHING
    if dated.model is not None:
        # What the plan has prepared is asked again here, and the money goes on in its own process.
        quant = planner.quant(dated)
        given.meanwhile()
        money = beside.result()
    elif isinstance(plan, Plan):
        named = dated.named(plan.cluster.replica.model)
        quant, money = planner.quant(named), question.of(named)
    return Answers(
        stated=request, request=dated, terms=terms, as_of=day, catalogs=planner.catalogs,
        coefficients=planner.coefficients, plan=plan, details=details, tco=money.answer() if feasible else None,
        quant=quant, options=given.options,
    )  # fmt: skip


def fleet_answers(
    planner: Answering, request: FleetRequest, given: Given, progress: Progress | None = None
) -> FleetAnswers:
    """The answer to a fleet. Raises PlannerError."""
    day = request.scope.as_of or planner.today
    dated = request.model_copy(update={"scope": request.scope.on(day)})
    told = phase(progress, "planning")
    if told is not None:
        told(0, 1)
    found = planner.fleet(dated, why_not=given.options.why_not)
    return FleetAnswers(
        stated=request, request=dated, as_of=day, catalogs=planner.catalogs, coefficients=planner.coefficients,
        fleet=found, options=given.options,
    )  # fmt: skip


def _details(planner: Answering, request: Request) -> Details | None:
    """The winner under rising load; what `plan` kept makes this quick."""
    verified = planner.verify(planner.explore(request))
    index = verified.explored.winner
    return None if index is None else planner.details(verified, index)


@dataclass(frozen=True)
class _Costed:
    """The money of a workload, or why there is none."""

    tco: TcoAnswer | None
    error: PlannerError | None = None

    def answer(self) -> TcoAnswer | None:
        if self.error is not None:
            raise self.error
        return self.tco


_NOTHING = _Costed(None)


@dataclass(frozen=True)
class _Costs:
    """The question of what a workload costs by each way to pay."""

    planner: Answering
    terms: TcoTerms
    given: Given
    day: date

    def of(self, request: Request) -> _Costed:
        """The answers; an error in the money is kept, as a plan that cannot be met does not need it."""
        from planner.tco.answer import TcoAnswer

        try:
            found = self.planner.tco(
                request, self.terms, prices=self.given.prices, scores=self.given.scores, today=self.day
            )
        except PlannerError as error:
            return _Costed(None, error)
        return _Costed(found if isinstance(found, TcoAnswer) else None)
