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
    from tui.kept import KeptPin
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


def script_job(plan: Plan, planner: Planner, target: str) -> Any:
    """The whole deployment as text, for the clipboard."""
    return f"the deployment is on the clipboard: {_started(plan)}", _exported(plan, planner, target)


def deploy_job(plan: Plan, planner: Planner, target: str, path: Path) -> Any:
    from planner.writing import replacing

    text = _exported(plan, planner, target)
    with replacing(path) as out:
        out.write(text)
    return f"saved as {path}: {_started(plan)}", None


def _exported(plan: Plan, planner: Planner, target: str) -> str:
    """The plan as the text of a target; of none, as the script of its engine. Raises PlannerError."""
    from planner.errors import InputError
    from planner.export.targets import TARGETS

    engine = plan.cluster.replica.engine
    usual = next((name for name, each in TARGETS.items() if each.engine == engine), "")
    if not (target or usual):
        raise InputError(f"no script starts {engine}: name a target, one of {', '.join(TARGETS)}")
    text = planner.export(plan, target or usual)
    if not isinstance(text, str):
        raise InputError("the deployment does not fit as it would be started")
    return text


def _started(plan: Plan) -> str:
    c = plan.cluster
    return f"{c.replicas} x {c.replica.weight_format} on {c.gpus} x {c.machine.gpu}"


def report_job(data: dict[str, Any], planner: Planner, path: Path) -> Any:
    from planner.document.written import format_of, write_report
    from planner.tco.request import parse_tco

    format_of(path)
    request, terms = parse_tco(data)
    write_report(planner.report(request, terms), path)
    return f"the report is written: {path}", None


def vary_job(spot: Any, data: dict[str, Any], planner: Planner) -> Any:
    """One place on a curve or map: the next one is asked for once this is drawn, so that keys go between."""
    from planner.errors import PlannerError
    from tui.whatif import Quote, priced

    try:
        return data, spot, priced(data, planner)
    except PlannerError as error:
        return data, spot, Quote(None, str(error))


def pins_job(kept: tuple[KeptPin, ...], planner: Planner) -> Any:
    """Pins of a session before, computed anew with today's prices, and how many have no candidate any more."""
    from planner.request.reading import parse_request
    from tui.session import Pin

    pins = []
    for each in kept:
        explored = planner.explore(planner.dated(parse_request(each.question)))
        found = [e for e in planner.shortlist(explored) if (e.gpu, e.weights, e.kv) == each.candidate]
        pins += [Pin(planner.details(explored, e.index), each.question) for e in found[:1]]
    return tuple(pins), len(kept) - len(pins)
