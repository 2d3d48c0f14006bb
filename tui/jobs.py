"""Jobs of the compute thread. The planner is imported inside the jobs, so that the first frame does not wait for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.answers import Plan
    from planner.plan.explore import Explored
    from planner.plan.verified import Verified
    from planner.planner import Planner
    from planner.progress import Progress
    from planner.request.request import Request
    from tui.root import Root


def planned_job(request: Request, planner: Planner) -> Any:
    explored = planner.explore(request)
    return explored, planner.shortlist(explored), None if explored.feasible else explored.answer


def verified_job(explored: Explored, planner: Planner, progress: Progress) -> Any:
    """What was asked, its answer with the winner simulated, and the candidates that this was found among."""
    found = planner.verify(explored, progress=progress)
    return explored, found, planner.shortlist(found.explored)


def wider_job(found: Verified | Explored, request: Request, planner: Planner, progress: Progress) -> Any:
    """What was found, and its answer with what other classes of offers and a looser limit on quality would save."""
    wider = planner.wider(found.answer, request, progress=progress)
    return found, planner.looser(found.answer.model_copy(update={"wider": wider}), request, progress=progress)


def details_job(found: Explored | Verified, planner: Planner, index: int) -> Any:
    return found, planner.details(found, index)


def why_not_job(answer: Plan, request: Request, planner: Planner, name: str, progress: Progress) -> Any:
    return planner.why_not(answer, request, name, progress=progress)


def quant_job(request: Request, planner: Planner) -> Any:
    return planner.quant(request)


def money_job(data: dict[str, Any], apis: tuple[str, ...], planner: Planner) -> Any:
    from planner.tco.request import parse_tco

    money = {**data.get("tco", {}), **({"apis": list(apis)} if apis else {})}
    request, asked = parse_tco({**data, "tco": money})
    return planner.tco(request, asked)


def records_job(planner: Planner) -> Any:
    from tui.views.catalogs import catalog_rows

    return ("records", *catalog_rows(planner.catalogs))


def adopted_job(path: Path, catalog: Path | None, root: Root) -> Any:
    from planner.overlay import adopt, user_catalog

    return "adopted", adopt(root.read(path), catalog or user_catalog())
