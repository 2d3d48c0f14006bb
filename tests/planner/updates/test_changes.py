"""New, changed, gone, older and the same: by price."""

from __future__ import annotations

from hardware_db.schema import Offer
from planner.updates.changes import changes
from tests.hardware_db.test_updated import offer


def told(standing: list[Offer], before: list[Offer], after: list[Offer]) -> tuple[int, int, int, int, int]:
    c = changes(standing, before, after)
    return len(c.new), len(c.changed), c.same, c.older, len(c.gone)


def test_each_price_is_counted_once() -> None:
    old = offer("2026-01-05", on_demand=2.0, spot=1.0)
    assert told([], [], [old]) == (2, 0, 0, 0, 0)
    assert told([old], [], [offer("2026-02-01", on_demand=2.0, spot=1.5)]) == (0, 1, 1, 0, 0)
    assert told([old], [], [offer("2026-01-04", on_demand=9.0)]) == (0, 0, 0, 1, 0)
    assert told([old], [old], [offer("2026-02-01", on_demand=2.0)]) == (0, 0, 1, 0, 1)


def test_a_change_has_both_dollars() -> None:
    (moved,) = changes([offer("2026-01", spot=1.0)], [], [offer("2026-02", spot=0.8)]).changed
    assert (moved.commitment, moved.old, moved.new) == ("spot", 1.0, 0.8)
