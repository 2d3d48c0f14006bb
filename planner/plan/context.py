"""What plans are made with: catalogs, coefficients, and what is kept between questions."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import field, replace
from typing import TypeVar

import numpy as np

from models_db.quantization_loss import LONG_CONTEXT
from models_db.schema import Model
from planner.catalogs import Catalogs
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs, Ints
from planner.plan.quality import checkpoint
from planner.plan.runs import KeptRuns, kept
from planner.plan.scope import scope_designs
from planner.request.request import Request, Scope
from planner.search.bounds import least_at_best, one_replica_usd_per_hour
from planner.search.known import DesignCodes, KnownDesigns
from planner.search.market import Market
from planner.search.premises import offered
from planner.search.prepared import Prepared, Studied, batch_limits
from planner.search.search import DesignRates
from planner.simulation.work import StepBudget

# As many models as reach a high score: a plan over them asks for each of them again.
KEPT = 16
# Scopes whose designs are asked about again at other lengths.
STUDIED = 4
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
# The part that only picks formats of designs on these.
ANY_DESIGN: dict[str, tuple[str, ...]] = {"formats": (), "kv_formats": ()}
V = TypeVar("V")


@dataclass(frozen=True)
class Context:
    """The catalogs and coefficients of a planner, with the markets, designs, curves and runs of its last questions.

    Keys are values (the model's whole record, scope, lengths), so a record that changes is another question.
    `work`: what the simulations of one question took, where more than one part of its answer is simulated; `leaders`:
    dollars (USD) an hour of each model's last winner, and the arrivals a second that it serves.
    """

    catalogs: Catalogs
    coefficients: Coefficients
    runs: KeptRuns = field(default_factory=KeptRuns, repr=False)
    work: StepBudget | None = field(default=None, repr=False)
    _markets: dict[Hashable, Market] = field(default_factory=dict, repr=False)
    _designs: dict[Hashable, Designs] = field(default_factory=dict, repr=False)
    _studied: dict[Hashable, Studied] = field(default_factory=dict, repr=False)
    _known: dict[Hashable, KnownDesigns] = field(default_factory=dict, repr=False)
    _prepared: dict[Hashable, tuple[Prepared, Ints, KnownDesigns]] = field(default_factory=dict, repr=False)
    _rated: dict[Hashable, DesignRates] = field(default_factory=dict, repr=False)
    leaders: dict[Model, tuple[float, float]] = field(default_factory=dict, repr=False)
    _codes: DesignCodes = field(default_factory=DesignCodes, repr=False)

    def scope(self, request: Request, model: Model) -> tuple[Market, Designs]:
        """Offers in scope, and the designs of `model` on their GPUs."""
        rented = self.market(request)
        return rented, self.designs(request, model, rented)

    def designs(self, request: Request, model: Model, rented: Market) -> Designs:
        """The designs of `model` on the GPUs of these offers."""
        key = _designs_key(request, model, rented)
        return _kept(self._designs, key, lambda: scope_designs(request, model, rented, self.catalogs))

    def market(self, request: Request) -> Market:
        """Offers in scope, the same whatever designs are."""
        scope = request.scope.model_copy(update=ANY_DESIGN)
        return _kept(self._markets, scope, lambda: offered(self.catalogs.hardware, scope))

    def prepared(self, request: Request, model: Model) -> tuple[Market, Designs, Prepared]:
        """Offers, designs, and memory and curves of those that fit, whatever the rate, the SLA and the limits."""
        return self.looked_up(request, model)[:3]

    def rated(self, request: Request, model: Model) -> DesignRates:
        """What the designs of `prepared` serve within the SLA, as far as they were looked at."""
        return self.looked_up(request, model)[3]

    def looked_up(self, request: Request, model: Model) -> tuple[Market, Designs, Prepared, DesignRates]:
        """What `prepared` and `rated` have."""
        demand = Demand.of(request, model.max_context)
        rented, designs = self.scope(request, model)
        asked, of_designs = _rated_key(request), _prepared_key(request, model, rented)
        prepared, rows, known = _kept(
            self._prepared, of_designs, lambda: self._known_with(request, model, designs)
        )  # fmt: skip
        prepared = replace(prepared, curves=replace(prepared.curves, demand=demand))
        key = of_designs, asked
        rates = _kept(self._rated, key, lambda: DesignRates(prepared, request.sla, known.rates(asked), rows))
        return rented, designs, prepared, rates

    def some_prepared(
        self, request: Request, model: Model, designs: Designs, some: Array
    ) -> tuple[Prepared, DesignRates]:
        """Memory and curves of the designs in scope that the mask `some` leaves, and what they serve within the
        SLA."""
        known = self._known_of(request, model, designs)
        prepared, rows = known.prepared(designs, some)
        demand = Demand.of(request, model.max_context)
        prepared = replace(prepared, curves=replace(prepared.curves, demand=demand))
        return prepared, DesignRates(prepared, request.sla, known.rates(_rated_key(request)), rows)

    def _known_with(self, request: Request, model: Model, designs: Designs) -> tuple[Prepared, Ints, KnownDesigns]:
        """Memory and curves of the designs that fit, and their rows among all that are known of the model."""
        known = self._known_of(request, model, designs)
        return *known.prepared(designs), known

    def _known_of(self, request: Request, model: Model, designs: Designs) -> KnownDesigns:
        """What is known of the designs of `model` in any scope."""
        key = model, request.engine, *_lengths(request), tuple(batch_limits(designs).tolist())

        def make(designs: Designs, new: Array) -> Prepared:
            demand = Demand.of(request, model.max_context)
            if not new.all() and id(designs) not in self._studied:
                return self._study(designs.take(new)).prepared(demand, request.confidence)
            found = self._study(designs).prepared(demand, request.confidence, new)
            return replace(found, kept=np.searchsorted(np.flatnonzero(new), found.kept))

        return _kept(self._known, key, lambda: KnownDesigns(make, self._codes))

    def least_usd_per_hour(self, request: Request, model: Model, rented: Market, designs: Designs) -> Array:
        """Dollars (USD) an hour that a plan costs at least with each design: one replica's and the spare ones';
        infinite where it does not hold one sequence."""
        fits = self._study(designs).fits(Demand.of(request, model.max_context))
        return one_replica_usd_per_hour(designs, rented, request, fits)

    def best_case_usd(self, request: Request, model: Model, rented: Market, designs: Designs) -> Array:
        """The same from what a replica serves at most."""
        demand = Demand.of(request, model.max_context)
        loads, best = self._study(designs).best_case(demand, request.confidence)
        least = np.full(len(designs), np.inf)
        least[loads] = least_at_best(best, rented, request)
        return least

    def _study(self, designs: Designs) -> Studied:
        """What depends on neither lengths nor confidence, of the designs asked about last: the same record, which the
        kept value holds, so that its number is no other's."""
        return kept(self._studied, id(designs), lambda: Studied(designs, self.coefficients), STUDIED)


def _designs_key(request: Request, model: Model, rented: Market) -> Hashable:
    """What the designs depend on: with others, what formats may cost and whether long contexts count for that.

    Of the offers in scope only their GPUs count, so that other prices and providers ask for the same designs.
    """
    asked = (checkpoint(request, model), request.quality.without_floor, request.mean_tokens >= LONG_CONTEXT)
    return model, request.scope.model_copy(update=ANY_OFFER), rented.gpus, rented.spanned, request.engine, asked


def _prepared_key(request: Request, model: Model, rented: Market) -> Hashable:
    """What memory and curves depend on."""
    return _designs_key(request, model, rented), _lengths(request)


def _rated_key(request: Request) -> Hashable:
    """What the rates of known designs depend on."""
    return request.traffic, tuple(request.sla.items())


def _lengths(request: Request) -> tuple[Hashable, ...]:
    """What the memory and the curves of one design depend on."""
    return request.input_tokens, request.output_tokens, request.traffic.prefix_hit, request.confidence


def _kept(values: dict[Hashable, V], key: Hashable, make: Callable[[], V]) -> V:
    """The value of `key`, made where it is not there; of more than KEPT the oldest goes."""
    return kept(values, key, make, KEPT)
