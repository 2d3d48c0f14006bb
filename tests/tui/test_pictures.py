from __future__ import annotations

from planner.plan.candidate import Details
from tui.pictures import load, roofline


def test_both_phases_lie_under_their_roof(found: Details) -> None:
    roof, *points = roofline(found).series
    assert len(points) == len(found.roofline) == 2
    for point in points:
        assert 0 < point.y[0] <= min(1.0, point.x[0]) * 1.001
    assert max(roof.y) == 1.0


def test_the_load_is_marked_where_it_is_asked_for_and_where_it_breaks(found: Details) -> None:
    picture = load(found.load)
    assert picture.down == (found.load.asked_per_s, found.load.breaks_at)
    assert [list(s.y) for s in picture.series] == [
        [1e3 * v for v in found.load.ttft_p95_s], [1e3 * v for v in found.load.tpot_p95_s],
    ]  # fmt: skip
