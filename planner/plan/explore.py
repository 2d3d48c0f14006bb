"""The candidates of a request, at once: the answer without its simulation."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from models_db.quality import ScoredModel, models_with_score
from models_db.schema import Model
from planner.answers import Cluster, Infeasible, Plan
from planner.errors import InputError
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.context import request_problem
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.own_engine import own_engine_texts
from planner.plan.assumptions import assumptions
from planner.plan.choice import RUNNERS_UP, best_pairs, clusters, feasible
from planner.plan.context import Context
from planner.plan.infeasible import infeasible, no_room
from planner.plan.models import cheapest_model
from planner.plan.quality import checkpoint
from planner.plan.scored import KEPT_SCORE, as_scored
from planner.progress import Progress, phase
from planner.request.request import Request
from planner.search.candidates import Candidates
from planner.search.kinds import completed
from planner.search.market import Market
from planner.search.prepared import Prepared
from planner.search.search import DesignRates, last_of, search


@dataclass(frozen=True)
class Explored:
    """The candidates of a request; the whole answer follows from them when it is asked for.

    `found` is None where no design of the scope holds the model; `asked` is the request under the name of the
    checkpoint, with what its formats may lose. `closed`: which of those found the closed form holds for good, where a
    simulation chose the winner and what costs no more is not feasible any longer; None where it is those feasible.
    """

    request: Request
    coefficients: Coefficients
    designs: Designs
    prepared: Prepared
    market: Market
    found: Candidates | None
    texts: list[str]
    asked: Request
    rated: DesignRates
    closed: Array | None = None

    @property
    def checkpoint(self) -> str:
        """The name of the checkpoint that these are candidates of."""
        return checkpoint(self.asked, self.designs.model)

    @property
    def stated(self) -> Request:
        """The request under that name, for what is said about the candidates."""
        return self.request.named(self.checkpoint)

    @cached_property
    def shown(self) -> Candidates | None:
        """`shown_upto` any dollars."""
        return self.shown_upto(float("inf"))

    def shown_upto(self, usd_per_hour: float) -> Candidates | None:
        """Those found that the closed form holds for good, with all that may be the best of their GPU and formats and
        cost no more than so many dollars (USD) an hour: the numbers of those found stay."""
        if self.found is None:
            return None
        held = self.found if self.closed is None else replace(self.found, feasible=self.closed)
        return completed(held, self.prepared, self.market, self.request, self.rated, usd_per_hour)

    @property
    def feasible(self) -> bool:
        return self.found is not None and bool(self.found.feasible.any())

    @cached_property
    def picked(self) -> list[int]:
        """The numbers, among those found, of the candidates that `answer` shows: the winner, then its runners-up; none
        where nothing is feasible."""
        return best_pairs(self.found).tolist() if self.found is not None and self.feasible else []

    @property
    def winner(self) -> int | None:
        """The number, among those found, of the candidate that `answer` chose; None where nothing is feasible."""
        return self.picked[0] if self.picked else None

    def cluster(self, index: int) -> Cluster:
        """The record of one of the candidates shown."""
        assert self.shown is not None
        if index in self.picked and isinstance(self.answer, Plan):
            shown = [self.answer.cluster, *(other.cluster for other in self.answer.runners_up)]
            return shown[self.picked.index(index)]
        return clusters(self.stated, self.shown, self.market, [index], self.coefficients)[0]

    @property
    def looked_up_to_usd(self) -> float:
        """Dollars (USD) an hour up to which all that the closed form holds for good is among those found."""
        if self.found is None or len(self.found.prepared.designs) == len(self.prepared.designs):
            return float("inf")
        return last_of(self.found, RUNNERS_UP + 1)

    @cached_property
    def answer(self) -> Plan | Infeasible:
        if self.found is None:
            return no_room(self.designs, self.texts)
        if self.feasible:
            return feasible(
                self.stated, self.designs, self.found, self.market, self.texts, self.coefficients, self.picked
            )
        return infeasible(
            self.stated, self.designs, self.prepared, self.found, self.market, self.texts, self.coefficients
        )


# What answers carry or follow from, and only the process that made it needs: all candidates, and single designs.
STAYS = (Explored, Designs)


def explore(
    request: Request, context: Context, progress: Progress | None = None, best: int = RUNNERS_UP + 1,
    front: bool = True,
) -> Explored:  # fmt: skip
    """The candidates of one request. With a quality floor, those of the model that serves it most cheaply.

    best: pairs of GPU and format that are looked at until no other can be cheaper; 1 for the winner alone. front:
    whether the designs of the Pareto front are, too.

    Raises InputError where the request fits no model of the catalogs.
    """
    if request.model is not None:
        found = context.catalogs.models.find(request.model)
        said = [*found.texts, *own_engine_texts(found.model, request.scope.engines)]
        return _explore_model(request, context, found.model, said, progress, best=best, front=front)
    return _cheapest_of_scored(request, context, progress, best=best, front=front)


def _cheapest_of_scored(
    request: Request, context: Context, progress: Progress | None, *, best: int, front: bool
) -> Explored:
    """Every checkpoint that reaches the floor in some format; those whose context is too short for the request are
    left out. A score is of a checkpoint in its own format: others keep it less what they lose."""
    floor = request.quality.floor
    assert floor is not None
    scored = models_with_score(floor.benchmark, floor.min_score, context.catalogs.models)
    able = [score for score in scored if not unanswerable(request, score.model)]
    if not able:
        raise InputError(unanswerable(request, scored[0].model))
    thinking = [score for score in able if not score.score.within_reach(request.output_tokens.average)]
    able = [score for score in able if score not in thinking]
    left = f"left out, as outputs are too short for the thinking that their scores took: {_names(thinking)}"
    if not able:
        raise InputError(f"quality.min_score: every model that reaches {floor.min_score:g} is {left}")
    asked = [(score, as_scored(request, score, floor.min_score)) for score in able]
    texts = [KEPT_SCORE, *([left] if thinking else [])]
    named = [(score, one) for score, one in asked if one is not None]
    if not named:
        formats = ", ".join((*request.scope.formats, *request.scope.kv_formats))
        raise InputError(f"quality.min_score: no model is known to keep {floor.min_score:g} in {formats}")
    told = phase(progress, "comparing models")
    score, one = named[cheapest_model(request, [(score.model, one) for score, one in named], context, told)]
    return _explore_model(request, context, score.model, [score.text, *texts], None, one, best=best, front=front)


def _names(scored: list[ScoredModel]) -> str:
    return ", ".join(score.checkpoint for score in scored)


def _explore_model(
    request: Request, context: Context, model: Model, notes: list[str], progress: Progress | None,
    asked: Request | None = None, *, best: int, front: bool,
) -> Explored:  # fmt: skip
    """The candidates of one model; `asked` is the request under its checkpoint's name and limits."""
    problem = unanswerable(request, model)
    if problem:
        raise InputError(problem)
    asked = asked or request
    rented, designs, prepared, rated = context.looked_up(asked, model)
    told, some = phase(progress, "comparing designs"), len(prepared.designs)
    found = search(prepared, rented, request, best=best, front=front, progress=told, rated=rated) if some else None
    notes = notes + context.catalogs.hardware.taken_as(request.scope.gpus)
    texts = notes + assumptions(request, model, context.coefficients)
    return Explored(request, context.coefficients, designs, prepared, rented, found, texts, asked, rated)


def wider(explored: Explored, best: int) -> Explored:
    """The same with the designs of the `best` cheapest pairs of GPU and format among the candidates."""
    found = search(explored.prepared, explored.market, explored.request, best=best, rated=explored.rated)
    return replace(explored, found=found)


def unanswerable(request: Request, model: Model) -> str:
    """Why a model cannot answer such requests at all, or nothing."""
    return request_problem(request, model)
