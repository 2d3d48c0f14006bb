"""What is doubtful about the price of a cluster, in words: age, flags, and whether so many are in stock."""

from __future__ import annotations

from planner.answers import Cluster
from planner.defaults import OLD_PRICE_DAYS, STOCK
from planner.request.request import Scope

FLAGGED = {
    "spec_unverified": "the price has a source, but CPU, memory or network of the machine were not checked",
    "stale": "no newer price of this shape is known",
    "low_confidence": "its source does not say of which day it is",
    "derived": "it is a multiple of a smaller shape's price, or its count of accelerators was inferred from the price",
}


def price_warnings(cluster: Cluster, scope: Scope) -> list[str]:
    """What to check before one signs; empty for a fresh price of a few machines of a list."""
    machine, texts = cluster.machine, []
    age = machine.price_age_days
    if age is not None and age > OLD_PRICE_DAYS and scope.max_price_age_days is None:
        said = f"the price is {age} days old ({machine.price_as_of}): ask for a newer one"
        texts.append(f"{said}, or leave older ones out (--max-price-age, scope.max_price_age_days)")
    texts += [f"the price is marked {flag.replace('_', ' ')}: {FLAGGED[flag]}" for flag in machine.price_flags]
    most = STOCK.get(machine.offer_class)
    if most is not None and cluster.gpus > most:
        said = f"{cluster.gpus} accelerators of one shape at a provider of class {machine.offer_class}"
        texts.append(f"{said}: ask for its stock, above {most} it is doubtful")
    return texts
