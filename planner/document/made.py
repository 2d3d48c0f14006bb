"""From a request to its document, beside an older one where that is given."""

from __future__ import annotations

from dataclasses import replace

from planner.document.asking import Answering, Given, answers, fleet_answers
from planner.document.record import Report
from planner.fleet.request import FleetRequest
from planner.progress import Progress
from planner.request.request import Request
from planner.request.strict import valid
from planner.tco.request import TcoTerms


def made(
    planner: Answering, request: Request | FleetRequest, terms: TcoTerms | None, given: Given, older: Report | None,
    progress: Progress | None,
) -> Report:  # fmt: skip
    """The document. Raises PlannerError."""
    given.options.check()
    if isinstance(request, FleetRequest):
        fleet = fleet_answers(planner, valid(request, FleetRequest, "request"), given, progress)
        # Chapters are loaded once the answers are there: money that is computed beside them begins the sooner.
        from planner.document.build import fleet_report
        from planner.document.compare import compared

        found = fleet_report(fleet)
        return found if older is None else fleet_report(replace(fleet, compared=compared(planner, older, found)))
    request = valid(request, Request, "request")
    asked = answers(planner, request, with_own_way(request, terms), given, progress)
    from planner.document.build import report
    from planner.document.compare import compared

    found = report(asked)
    return found if older is None else report(replace(asked, compared=compared(planner, older, found)))


def with_own_way(request: Request, terms: TcoTerms | None) -> TcoTerms:
    """The terms with the commitment of the plan among the ways to rent."""
    stated = TcoTerms() if terms is None else valid(terms, TcoTerms, "terms")
    ways = dict.fromkeys((request.scope.commitment, *stated.commitments))
    return stated if len(ways) == len(stated.commitments) else stated.model_copy(update={"commitments": tuple(ways)})
