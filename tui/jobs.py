"""Jobs of the lanes, as functions of a module, so that another process can run them. The planner is imported inside.

Numbers of questions and answers go through a job: what comes back is told apart by them, as it may be a copy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.frozen import dataclass

if TYPE_CHECKING:
    from planner.answers import Cluster, Infeasible, Plan
    from planner.plan.explore import Explored
    from planner.plan.verified import Verified
    from planner.planner import Planner
    from planner.progress import Progress
    from planner.request.request import Request
    from planner.simulation.routing import Routing
    from tui.kept import KeptPin
    from tui.root import Root


def first_job(number: int, request: Request, planner: Planner) -> Any:
    """The question's number, and the candidate that wins it: it is there sooner than the others. None where nothing is
    feasible, and where a model is yet to be chosen, which takes as long as all."""
    return number, planner.leader(request) if request.model is not None else None


def planned_job(number: int, request: Request, planner: Planner) -> Any:
    """The question's number, what was explored, for which request, its candidates, the infeasible answer or None."""
    explored = planner.explore(request)
    infeasible = None if explored.feasible else explored.answer
    return number, explored, explored.request, planner.shortlist(explored), infeasible


def verified_job(number: int, explored: Explored, planner: Planner) -> Any:
    """The answer with the winner simulated, whether it was found among the same candidates, whether no other plan was
    shown before, and its candidates."""
    found = planner.verify(explored)
    stays = found.explored is explored
    same = stays or not explored.feasible or same_winner(explored, found)
    return number, found, stays, same, planner.shortlist(found.explored)


def same_winner(explored: Explored, found: Verified) -> bool:
    """Whether the simulated answer is the plan that was shown, whatever candidates it was found among."""
    clusters = [getattr(answer, "cluster", None) for answer in (explored.answer, found.answer)]
    made = [(c.machine, c.replica, c.replicas) for c in clusters if c is not None]
    return len(made) == 2 and made[0] == made[1]


def wider_job(number: int, answer: Plan | Infeasible, request: Request, planner: Planner) -> Any:
    """The answer with what other classes of offers and a looser limit on quality would save."""
    wider = planner.wider(answer, request)
    return number, planner.looser(answer.model_copy(update={"wider": wider}), request)


def details_job(number: int, found: Explored | Verified, planner: Planner, index: int) -> Any:
    return number, planner.details(found, index)


@dataclass(frozen=True, slots=True)
class RunTerms:
    """How a run is made: of so many seconds of drawn traffic, or of a trace."""

    seconds: float
    seed: int
    trace: Path | None
    routing: Routing


@dataclass(frozen=True, slots=True)
class RunAsked:
    """One simulated run; a trace is replayed at the rate of the request."""

    number: int
    request: Request
    cluster: Cluster
    terms: RunTerms


def run_job(run: RunAsked, planner: Planner, root: Root, tell: Callable[[Any], None]) -> Any:
    """(the run's number, its outcome, True); `tell` gets (the number, a glance, False) now and then."""
    from planner.plan.rehearsal import Rehearsal, trace_source
    from planner.traffic.traces import read_trace

    number, request, cluster, terms = run.number, run.request, run.cluster, run.terms
    asked = Rehearsal(terms.seconds, terms.seed, routing=terms.routing, busiest=True)
    if terms.trace is not None:
        read, rate = read_trace(root.read(terms.trace)), request.traffic.rate_per_s
        asked = replace(asked, trace=read, source=trace_source(terms.trace), rate_per_s=rate)
    outcome = planner.simulate(request, cluster, asked, watch=lambda seen: tell((number, seen, False)))
    return number, outcome, True


@dataclass(frozen=True, slots=True)
class MoneyShare:
    """How much of the answer on money is done: ways compared at the volume of number `volume`, of all, in a phase."""

    phase: str
    done: int
    total: int
    volume: int


class MoneyProgress:
    """Tells how much is done, by phase; each volume that is planned begins with its first way."""

    def __init__(self, tell: Callable[[Any], None]) -> None:
        self._tell = tell

    def __call__(self, done: int, total: int) -> None:
        self.phase("comparing")(done, total)

    def phase(self, name: str) -> Progress:
        """The progress of a phase."""
        volume = 0

        def told(done: int, total: int) -> None:
            nonlocal volume
            volume += done == 1
            self._tell(MoneyShare(name, done, total, volume))

        return told


def why_not_job(answer: Plan, request: Request, planner: Planner, name: str) -> Any:
    return planner.why_not(answer, request, name)


def quant_job(request: Request, planner: Planner) -> Any:
    return planner.quant(request)


def money_job(data: dict[str, Any], apis: tuple[str, ...], planner: Planner, tell: Callable[[Any], None]) -> Any:
    """The answer; `tell` gets how much of it is done now and then."""
    from planner.tco.request import parse_tco

    money = {**data.get("tco", {}), **({"apis": list(apis)} if apis else {})}
    request, asked = parse_tco({**data, "tco": money})
    return planner.tco(request, asked, progress=MoneyProgress(tell))


def script_job(plan: Plan, planner: Planner, target: str) -> Any:
    """The whole deployment as text, for the clipboard."""
    return f"the deployment, {_started(plan)}", _exported(plan, planner, target)


def deploy_job(plan: Plan, planner: Planner, target: str, path: Path) -> Any:
    from planner.writing import keep_old, replacing

    text = _exported(plan, planner, target)
    kept = _kept(keep_old(path))
    with replacing(path) as out:
        out.write(text)
    return f"saved as {path}: {_started(plan)}{kept}", None


def _kept(old: Path | None) -> str:
    return f"; the old one is {old}" if old is not None else ""


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
    from planner.writing import keep_old

    format_of(path)
    request, terms = parse_tco(data)
    made = planner.report(request, terms)
    kept = _kept(keep_old(path))
    write_report(made, path)
    return f"the report is written: {path}{kept}", None


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
    from planner.errors import PlannerError
    from planner.request.reading import parse_request
    from tui.session import Pin

    pins = []
    for each in kept:
        try:
            explored = planner.explore(planner.dated(parse_request(each.question)))
        except PlannerError:  # of a model that is no longer there, say
            continue
        found = [e for e in planner.shortlist(explored) if (e.gpu, e.weights, e.kv) == each.candidate]
        pins += [Pin(planner.details(explored, e.index), each.question) for e in found[:1]]
    return tuple(pins), len(kept) - len(pins)
