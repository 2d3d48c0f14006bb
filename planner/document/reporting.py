"""`Planner.report`: the document of a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from models_db.quality import Score
    from planner.document.answers import Options
    from planner.document.asking import Answering
    from planner.document.record import Report
    from planner.fleet.request import FleetRequest
    from planner.progress import Progress
    from planner.request.request import Request
    from planner.tco.apis import ApiPrice
    from planner.tco.request import TcoTerms


class Reporting:
    """The part of a planner that makes documents."""

    def report(
        self, request: Request | FleetRequest, terms: TcoTerms | None = None, *,
        prices: Mapping[str, ApiPrice] | None = None, scores: Iterable[Score] = (), options: Options | None = None,
        aside: bool = False, meanwhile: Callable[[], object] = lambda: None, older: Report | None = None,
        progress: Progress | None = None,
    ) -> Report:  # fmt: skip
        """Plan, money, formats and all that a committee asks about one workload or one fleet, as one record.

        terms: of the money, the defaults where they are None; prices, scores: one's own, as of `tco`; options: title,
        licences, names to explain; aside: compute the money in a process of its own beside the plan; meanwhile: called
        before this one waits for it; older: an earlier report, to say what changed since. The day is that of the
        request, else that of the newest price in the catalogs, so that the same input makes the same report.
        `planner.document.written` writes it. Raises PlannerError.
        """
        from planner.document.answers import Options
        from planner.document.asking import Given
        from planner.document.made import made

        given = Given(prices, tuple(scores), options or Options(), aside, meanwhile)
        return made(cast("Answering", self), request, terms, given, older, progress)
