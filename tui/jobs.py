"""Jobs of the compute thread. The planner is imported inside the jobs, so that the first frame does not wait for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.catalogs import Catalogs
    from planner.request.request import Request


def planned_job(request: Request, catalogs: Catalogs) -> Any:
    from planner.plan.explore import explore
    from planner.plan.shortlist import shortlist

    explored = explore(request, catalogs)
    return explored, shortlist(explored), None if explored.feasible else explored.answer


def details_job(explored: Any, index: int) -> Any:
    from planner.plan.candidate import details

    return explored, details(explored, index)


def why_not_job(explored: Any, catalogs: Catalogs, name: str) -> Any:
    from planner.plan.why_not import why_not

    return why_not(explored.answer, explored.request, catalogs, name)


def quant_job(request: Request, catalogs: Catalogs) -> Any:
    from planner.quant.table import quant

    return quant(request, catalogs)


def money_job(data: dict[str, Any], apis: tuple[str, ...], catalogs: Catalogs) -> Any:
    from planner.tco.request import parse_tco
    from planner.tco.tco import tco

    money = {**data.get("tco", {}), **({"apis": list(apis)} if apis else {})}
    request, asked = parse_tco({**data, "tco": money})
    return tco(request, asked, catalogs)


def records_job(catalogs: Catalogs) -> Any:
    from tui.views.catalogs import catalog_rows

    return ("records", *catalog_rows(catalogs))


def adopted_job(path: Path, catalog: Path | None) -> Any:
    from platformdirs import user_config_path

    from planner.overlay import adopt

    return "adopted", adopt(path, catalog or user_config_path("gpuplan") / "catalog")
