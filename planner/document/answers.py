"""What a document is made from: the answers of a planner to one workload or one fleet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from planner.answers import Infeasible, Plan
from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.request.request import Request
from planner.request.strict import a, number
from planner.words import inert

if TYPE_CHECKING:
    from planner.document.record import Compared
    from planner.fleet.answer import FleetInfeasible, FleetPlan
    from planner.fleet.request import FleetRequest
    from planner.plan.candidate import Details
    from planner.quant.answer import QuantAnswer
    from planner.tco.answer import TcoAnswer
    from planner.tco.request import TcoTerms


MOST_LICENCES, MOST_TITLE = 1e9, 200


@dataclass(frozen=True)
class Options:
    """What a report is asked beside its workload. title: of the document; licences_usd_per_month: of software, for
    hosting of any kind; why_not: names whose absence is explained."""

    title: str = ""
    licences_usd_per_month: float = 0.0
    why_not: tuple[str, ...] = ()

    def check(self) -> None:
        """Raise InputError where a field is not what it should be."""
        a(self.title, str, "title")
        number(self.licences_usd_per_month, "licences_usd_per_month", 0, MOST_LICENCES)

    def stated(self) -> dict[str, Any]:
        """As a record of plain values; a title is one line without signs that steer a terminal."""
        return {
            "title": inert(self.title)[:MOST_TITLE],
            "licences_usd_per_month": self.licences_usd_per_month,
            "why_not": [*self.why_not],
        }


@dataclass(frozen=True)
class Answers:
    """The answers to one workload; `tco` and `quant` are None where nothing can be hosted. stated: the request as it
    was read; request: the same with the day of the report and what else was filled in."""

    stated: Request
    request: Request
    terms: TcoTerms
    as_of: date
    catalogs: Catalogs
    coefficients: Coefficients
    plan: Plan | Infeasible
    details: Details | None
    tco: TcoAnswer | None
    quant: QuantAnswer | None
    options: Options = Options()
    compared: Compared | None = None


@dataclass(frozen=True)
class FleetAnswers:
    """The answer to a fleet; stated: the request as it was read, without the day of the report."""

    stated: FleetRequest
    request: FleetRequest
    as_of: date
    catalogs: Catalogs
    coefficients: Coefficients
    fleet: FleetPlan | FleetInfeasible
    options: Options = Options()
    compared: Compared | None = None
    notes: list[str] = field(default_factory=list)
