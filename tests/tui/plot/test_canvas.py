from __future__ import annotations

from rich.style import Style

from tui.plot.canvas import SHADE, Canvas

RED, BLUE = Style(color="red"), Style(color="blue")


def plain(canvas: Canvas) -> list[str]:
    return [line.plain for line in canvas.lines()]


def test_a_line_goes_from_corner_to_corner_over_shades_and_limits() -> None:
    canvas = Canvas(4, 4)
    canvas.shade(0.0, 1.0, 0.0, 1.0, RED)
    canvas.down(0.3, RED)
    canvas.across(0.6, RED)
    assert plain(canvas) == ["░│░░", "─┼──", "░│░░", "░│░░"]
    canvas.line((0.0, 0.0), (1.0, 1.0), BLUE)
    rows = plain(canvas)
    assert all(rows[3 - n][n] > "⠀" and rows[3 - n][n] < "⣿" for n in range(4))
    assert rows[0][:3] == "░│░"
    canvas.mark((0.0, 0.0), "o", BLUE)
    assert plain(canvas)[3][0] == "o"


def test_what_is_off_the_canvas_is_left_out() -> None:
    canvas = Canvas(3, 2)
    canvas.line((-1e300, 0.5), (1e300, 0.5), BLUE)
    canvas.mark((1.5, 0.5), "o", BLUE)
    assert all(len(row) == 3 for row in plain(canvas))
    assert "o" not in "".join(plain(canvas))


def test_neighbours_of_one_style_are_one_run() -> None:
    canvas = Canvas(6, 1)
    canvas.shade(0.5, 1.0, 0.0, 1.0, RED)
    (line,) = canvas.lines()
    assert line.plain == "   " + SHADE * 3
    assert len(line.spans) <= 2
