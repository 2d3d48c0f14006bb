"""What a request may run on: rented machines, or on one's own premises those that one has or buys."""

from __future__ import annotations

from hardware_db.catalog import HardwareCatalog
from hardware_db.ownership import terms_with
from planner.errors import InputError
from planner.request.request import OWNED, Scope
from planner.search.market import Market, fresh, market, merged, own_offers
from planner.search.owned import owned_market, owned_offer, to_buy

HOW = "name others (--gpu, scope.gpus), or list machines of your own (gpuplan prices import FILE.csv)"


def offered(hardware: HardwareCatalog, scope: Scope) -> Market:
    """The machines in scope; raises InputError, with what to change, where there are none."""
    return on_premises(hardware, scope) if scope.at_home else market(hardware, scope)


def on_premises(hardware: HardwareCatalog, scope: Scope) -> Market:
    """The user's own offers, and servers to buy at what one more costs an hour."""
    found = [part for part in (own_offers(hardware, scope), bought(hardware, scope)) if part is not None]
    if not found:
        name = "air_gapped" if scope.air_gapped else "on_premises"
        raise InputError(f"scope.{name} (--{name.replace('_', '-')}): no machine to buy with these limits; {HOW}")
    return merged(found)


def bought(hardware: HardwareCatalog, scope: Scope) -> Market | None:
    """The servers to buy in scope; None where there are none."""
    if scope.regions or (scope.providers and OWNED not in scope.providers):
        return None
    known = [s for s in to_buy(hardware, scope, scope.gpus) if fresh(owned_offer(s), scope)]
    values = {name: term.value for name, term in terms_with(dict(scope.owning)).items()}
    return owned_market(hardware, known, values) if known else None
