from __future__ import annotations

from tui.whatif import KNOBS, Quote, Spot
from tui.widgets.varied import changed, curve, winner_lines

ONE, TWO = Quote(1.0, "1 x a"), Quote(2.0, "2 x a")


def test_the_band_and_the_changes_of_the_winner_are_drawn() -> None:
    known = {Spot(("1",)): ONE, Spot(("2",)): ONE, Spot(("4",)): TWO, Spot(("1",), 0.5): ONE, Spot(("1",), 0.95): TWO}
    picture = curve(KNOBS[0], ["1", "2", "4"], known)
    assert [list(s.y) for s in picture.series] == [[1.0, 1.0, 2.0]]
    assert [(list(b.x), list(b.low), list(b.high)) for b in picture.bands] == [([1.0], [1.0], [2.0])]
    assert [(limit.at, limit.name) for limit in picture.down] == [(4.0, "another winner")]
    none = curve(KNOBS[0], ["1"], {Spot(("1",)): Quote(None, "infeasible")})
    assert not any(s.x for s in none.series)


def test_formats_are_points_without_an_order() -> None:
    picture = curve(KNOBS[-1], ["x", "y"], {Spot(("x",)): ONE, Spot(("y",)): TWO})
    assert picture.series[0].points
    assert picture.down == ()
    assert picture.x.names == ("x", "y")


def test_runs_of_one_winner_are_one_line() -> None:
    assert winner_lines([("1", ONE), ("2", ONE), ("3", ONE), ("4", TWO), ("8", Quote(None, "infeasible"))]) == [
        "1 to 3: 1 x a, $1.00", "4: 2 x a, $2.00", "8: infeasible",
    ]  # fmt: skip
    assert changed([("1", 1.0, ONE), ("2", 2.0, None), ("4", 4.0, TWO)]) == [("4", 4.0)]
