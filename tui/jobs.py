"""Jobs of the compute thread. The planner is imported inside the jobs, so that the first frame does not wait for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.planner import Planner
    from planner.request.request import Request


def planned_job(request: Request, planner: Planner) -> Any:
    explored = planner.explore(request)
    return explored, planner.shortlist(explored), None if explored.feasible else explored.answer


def details_job(explored: Any, planner: Planner, index: int) -> Any:
    return explored, planner.details(explored, index)


def why_not_job(explored: Any, planner: Planner, name: str) -> Any:
    return planner.why_not(explored.answer, explored.request, name)


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


def adopted_job(path: Path, catalog: Path | None) -> Any:
    from planner.overlay import adopt, user_catalog

    return "adopted", adopt(path, catalog or user_catalog())
