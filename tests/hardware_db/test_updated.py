"""Which of two prices of a machine stands."""

from __future__ import annotations

from hardware_db.schema import Offer
from hardware_db.updated import with_updates


def offer(as_of: str, **usd: float) -> Offer:
    return Offer.model_validate(
        {"provider": "p", "instance_type": "m", "region": "r", "accelerator": "l4", "accelerators": 1.0, "as_of": as_of,
         "source": as_of} | {f"usd_per_hour_{name}": value for name, value in usd.items()}
    )  # fmt: skip


def test_each_commitment_has_the_newest_price_with_its_own_day() -> None:
    old = offer("2026-01", on_demand=2.0, spot=1.0)
    new = offer("2026-02-03", on_demand=3.0)
    first, second = with_updates([old], [new])
    assert first == new
    assert (second.usd_per_hour_on_demand, second.usd_per_hour_spot, second.as_of) == (None, 1.0, "2026-01")


def test_what_is_older_adds_but_does_not_replace() -> None:
    old = offer("2026-03", on_demand=2.0)
    first, second = with_updates([old], [offer("2026-02-28", on_demand=9.0, spot=0.5)])
    assert first == old
    assert (second.usd_per_hour_on_demand, second.usd_per_hour_spot) == (None, 0.5)
    assert with_updates([old], [offer("2026-02-28", on_demand=9.0)]) == [old]


def test_a_machine_that_was_not_there_is_added() -> None:
    new = offer("2026-02-28", on_demand=9.0)
    assert with_updates([], [new]) == [new]
