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
from planner.plan.scope import scope_designs
from planner.request.request import Request
from planner.search.candidates import Prepared, prepare
from planner.search.market import Market
from planner.search.premises import offered

# As many models as reach a high score: a plan over them asks for each of them again.
KEPT = 16
V = TypeVar("V")


@dataclass(frozen=True)
class Context:
    """The catalogs and coefficients of a planner, with the markets, designs and curves of its last questions.

    Keys are values (the model's whole record, scope, lengths), so a record that changes is another question.
    """

    catalogs: Catalogs
    coefficients: Coefficients
    _scopes: dict[Hashable, tuple[Market, Designs, StepModel]] = field(default_factory=dict, repr=False)
    _prepared: dict[Hashable, Prepared] = field(default_factory=dict, repr=False)

    def scope(self, request: Request, model: Model) -> tuple[Market, Designs, StepModel]:
        """Offers in scope, the designs of `model` on their GPUs, and the step model of these."""
        return _kept(self._scopes, _scope_key(request, model), lambda: self._scope(request, model))

    def _scope(self, request: Request, model: Model) -> tuple[Market, Designs, StepModel]:
        rented = offered(self.catalogs.hardware, request.scope)
        designs = scope_designs(request, model, rented, self.catalogs)
        return rented, designs, StepModel.of(designs, self.coefficients)

    def prepared(self, request: Request, model: Model) -> tuple[Market, Designs, Prepared]:
        """Offers, designs, and memory and curves of those that fit, whatever the rate, the SLA and the limits."""
        demand = Demand.of(request, model.max_context)
        key = (
            _scope_key(request, model), request.input_tokens, request.output_tokens, demand.prefix_hit,
            request.confidence,
        )  # fmt: skip
        rented, designs, steps = self.scope(request, model)
        prepared = _kept(self._prepared, key, lambda: self._prepare(request, demand, designs, steps))
        return rented, designs, replace(prepared, curves=replace(prepared.curves, demand=demand))

    def _prepare(self, request: Request, demand: Demand, designs: Designs, steps: StepModel) -> Prepared:
        return prepare(designs, demand, self.coefficients, confidence=request.confidence, steps=steps)


def _scope_key(request: Request, model: Model) -> Hashable:
    """What the designs depend on: with others, what formats may cost and whether long contexts count for that."""
    asked = (checkpoint(request, model), request.quality.without_floor, request.mean_tokens >= LONG_CONTEXT)
    return model, request.scope, request.engine, asked


def _kept(kept: dict[Hashable, V], key: Hashable, make: Callable[[], V]) -> V:
    """The value of `key`, made where it is not there; of more than KEPT the oldest goes."""
    if key not in kept:
        kept[key] = make()
        while len(kept) > KEPT:
            kept.pop(next(iter(kept)))
    return kept[key]
