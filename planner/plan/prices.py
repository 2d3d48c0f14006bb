"""What is doubtful about the price of a cluster, in words: age, flags, and whether so many are in stock."""

from __future__ import annotations

from collections.abc import Sequence

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
    m = cluster.machine
    return doubts(
        m.price_age_days,
        m.price_as_of,
        m.price_flags,
        m.offer_class,
        cluster.gpus,
        aged=scope.max_price_age_days is None,
    )


def doubts(
    age_days: int | None, as_of: str, flags: Sequence[str], offer_class: str, gpus: int, *, aged: bool
) -> list[str]:
    """The same of one offer, `gpus` accelerators of which are rented; `aged`: whether its age counts."""
    texts = []
    if age_days is not None and age_days < 0:
        said = f"the price is of {as_of}, later than the day that ages count to"
        texts.append(f"{said} (--as-of, scope.as_of): what it was on that day is not known")
    if aged and age_days is not None and age_days > OLD_PRICE_DAYS:
        said = f"the price is {age_days} days old ({as_of}): ask for a newer one"
        texts.append(f"{said}, or leave older ones out (--max-price-age, scope.max_price_age_days)")
    texts += [f"the price is marked {flag.replace('_', ' ')}: {FLAGGED[flag]}" for flag in flags]
    most = STOCK.get(offer_class)
    if most is not None and gpus > most:
        said = f"{gpus} accelerators of one shape at a provider of class {offer_class}"
        texts.append(f"{said}: ask for its stock, above {most} it is doubtful")
    return texts
