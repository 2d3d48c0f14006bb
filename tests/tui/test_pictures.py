from __future__ import annotations

from planner.plan.candidate import Details
from tui.pictures import load, roofline


def test_operators_lie_under_the_roofs_with_a_letter_each(found: Details) -> None:
    picture = roofline(found)
    roofs = [s for s in picture.series if not s.points]
    points = [s for s in picture.series if s.points]
    assert len(roofs) == len(found.roofline.roofs)
    assert len(points) == sum(p.nbytes > 0 for p in found.roofline.points) > 4
    assert len({s.mark for s in points}) == len(points)
    for point in points:
        assert 0 < point.y[0] < min(max(max(s.y) for s in roofs), found.roofline.bytes_per_s * point.x[0])
        assert roofs[0].x[0] < point.x[0] < roofs[0].x[-1]
    assert {s.name for s in points} >= {"", "linear in decode, B in prefill", "attention decode in decode"}
    assert [s.mark for s in points if s.name.startswith("linear")] == ["b"]
    assert any(note.startswith("decode: ") and "of the bandwidth" in note for note in picture.notes)


def test_the_load_is_marked_where_it_is_asked_for_and_where_it_breaks(found: Details) -> None:
    picture = load(found)
    assert [limit.at for limit in picture.down] == [found.load.asked_per_s, found.load.breaks_at]
    assert [limit.breach for limit in picture.down] == ["", "above"]
    assert [(limit.at, limit.name) for limit in picture.across] == [(0.05, "TPOT limit 50 ms")]
    assert [list(s.y) for s in picture.series] == [list(found.load.ttft_p95_s), list(found.load.tpot_p95_s)]
