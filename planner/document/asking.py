"""The questions of a report: plan, money, formats and load of one workload, or one fleet, on one stated day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from planner.answers import Infeasible, Plan
from planner.catalogs import Catalogs
from planner.dates import first_day
from planner.document.answers import Answers, FleetAnswers, Options
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
    """What a user brings of their own: API prices by `provider/model`, scores, and what else the report is asked."""

    prices: Mapping[str, ApiPrice] | None = None
    scores: tuple[Score, ...] = ()
    options: Options = Options()


def newest_price(catalogs: Catalogs) -> date:
    """The day of the newest rent in the catalogs: the day of a report that states none, so that it stays the same."""
    return max(first_day(offer.as_of) for offer in catalogs.hardware.offers)


def answers(
    planner: Answering, request: Request, terms: TcoTerms, given: Given, progress: Progress | None = None
) -> Answers:
    """All answers to one workload. Raises PlannerError."""
    day = request.scope.as_of or newest_price(planner.catalogs)
    dated = planner.dated(request.on(day))
    plan = planner.plan(dated, why_not=given.options.why_not, progress=phase(progress, "planning"))
    named = dated if not isinstance(plan, Plan) or dated.model else dated.named(plan.cluster.replica.model)
    feasible = isinstance(plan, Plan)
    return Answers(
        request=dated, terms=terms, as_of=day, catalogs=planner.catalogs, coefficients=planner.coefficients, plan=plan,
        details=_details(planner, dated) if feasible else None,
        tco=_money(planner, named, terms, given, day, progress) if feasible else None,
        quant=planner.quant(named) if named.model else None, options=given.options,
    )  # fmt: skip


def fleet_answers(
    planner: Answering, request: FleetRequest, given: Given, progress: Progress | None = None
) -> FleetAnswers:
    """The answer to a fleet. Raises PlannerError."""
    day = request.scope.as_of or newest_price(planner.catalogs)
    dated = request.model_copy(update={"scope": request.scope.on(day)})
    told = phase(progress, "planning")
    if told is not None:
        told(0, 1)
    found = planner.fleet(dated, why_not=given.options.why_not)
    return FleetAnswers(
        request=dated, as_of=day, catalogs=planner.catalogs, coefficients=planner.coefficients, fleet=found,
        options=given.options,
    )  # fmt: skip


def _details(planner: Answering, request: Request) -> Details | None:
    """The winner under rising load; what `plan` kept makes this quick."""
    verified = planner.verify(planner.explore(request))
    index = verified.explored.winner
    return None if index is None else planner.details(verified, index)


def _money(
    planner: Answering, request: Request, terms: TcoTerms, given: Given, day: date, progress: Progress | None
) -> TcoAnswer | None:
    """The money of the workload; None where nothing in scope hosts it by the ways to pay that are asked about."""
    from planner.tco.answer import TcoAnswer

    told = phase(progress, "money")
    found = planner.tco(request, terms, prices=given.prices, scores=given.scores, today=day, progress=told)
    return found if isinstance(found, TcoAnswer) else None
