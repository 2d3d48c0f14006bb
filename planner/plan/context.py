"""What plans are made with: catalogs, coefficients, and what is kept between questions."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from models_db.quantization_loss import LONG_CONTEXT
from models_db.schema import Model
from planner.catalogs import Catalogs
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.step import StepModel
from planner.plan.quality import checkpoint
from planner.plan.runs import KeptRuns
from planner.plan.scope import scope_designs
from planner.request.request import Request, Scope
from planner.search.candidates import Prepared, prepare
from planner.search.market import Market
from planner.search.premises import offered
from planner.search.search import DesignRates
from planner.simulation.work import StepBudget

# As many models as reach a high score: a plan over them asks for each of them again.
KEPT = 16
# The part of a scope that only picks offers, as by default.
OF_OFFERS = (
    "gpus",
    "providers",
    "regions",
    "commitment",
    "offer_classes",
    "low_confidence",
    "max_price_age_days",
    "as_of",
)
ANY_OFFER = {name: getattr(Scope(), name) for name in OF_OFFERS}
V = TypeVar("V")


@dataclass(frozen=True)
class Context:
    """The catalogs and coefficients of a planner, with the markets, designs, curves and runs of its last questions.

    Keys are values (the model's whole record, scope, lengths), so a record that changes is another question.
    `work`: what the simulations of one question took, where more than one part of its answer is simulated.
    """

    catalogs: Catalogs
    coefficients: Coefficients
    runs: KeptRuns = field(default_factory=KeptRuns, repr=False)
    work: StepBudget | None = field(default=None, repr=False)
    _markets: dict[Hashable, Market] = field(default_factory=dict, repr=False)
    _designs: dict[Hashable, tuple[Designs, StepModel]] = field(default_factory=dict, repr=False)
    _prepared: dict[Hashable, Prepared] = field(default_factory=dict, repr=False)
    _rated: dict[Hashable, DesignRates] = field(default_factory=dict, repr=False)

    def scope(self, request: Request, model: Model) -> tuple[Market, Designs, StepModel]:
        """Offers in scope, the designs of `model` on their GPUs, and the step model of these."""
        rented = self._market(request)
        key = _designs_key(request, model, rented)
        return rented, *_kept(self._designs, key, lambda: self._stepped(request, model, rented))

    def _market(self, request: Request) -> Market:
        return _kept(self._markets, request.scope, lambda: offered(self.catalogs.hardware, request.scope))

    def _stepped(self, request: Request, model: Model, rented: Market) -> tuple[Designs, StepModel]:
        designs = scope_designs(request, model, rented, self.catalogs)
        return designs, StepModel.of(designs, self.coefficients)

    def prepared(self, request: Request, model: Model) -> tuple[Market, Designs, Prepared]:
        """Offers, designs, and memory and curves of those that fit, whatever the rate, the SLA and the limits."""
        demand = Demand.of(request, model.max_context)
        rented, designs, steps = self.scope(request, model)
        key = _prepared_key(request, model, rented)
        prepared = _kept(self._prepared, key, lambda: self._prepare(request, demand, designs, steps))
        return rented, designs, replace(prepared, curves=replace(prepared.curves, demand=demand))

    def rated(self, request: Request, model: Model) -> DesignRates:
        """What the designs of `prepared` serve within the SLA, as far as they were looked at."""
        rented, _, prepared = self.prepared(request, model)
        key = _prepared_key(request, model, rented), request.traffic, tuple(request.sla.items())
        return _kept(self._rated, key, lambda: DesignRates.none_of(prepared, request.sla))

    def _prepare(self, request: Request, demand: Demand, designs: Designs, steps: StepModel) -> Prepared:
        return prepare(designs, demand, self.coefficients, confidence=request.confidence, steps=steps)


def _designs_key(request: Request, model: Model, rented: Market) -> Hashable:
    """What the designs depend on: with others, what formats may cost and whether long contexts count for that.

    Of the offers in scope only their GPUs count, so that other prices and providers ask for the same designs.
    """
    asked = (checkpoint(request, model), request.quality.without_floor, request.mean_tokens >= LONG_CONTEXT)
    return model, request.scope.model_copy(update=ANY_OFFER), rented.gpus, rented.spanned, request.engine, asked


def _prepared_key(request: Request, model: Model, rented: Market) -> Hashable:
    """What memory and curves depend on."""
    lengths = request.input_tokens, request.output_tokens, request.traffic.prefix_hit
    return _designs_key(request, model, rented), lengths, request.confidence


def _kept(kept: dict[Hashable, V], key: Hashable, make: Callable[[], V]) -> V:
    """The value of `key`, made where it is not there; of more than KEPT the oldest goes."""
    if key not in kept:
        kept[key] = make()
        while len(kept) > KEPT:
            kept.pop(next(iter(kept)))
    return kept[key]
