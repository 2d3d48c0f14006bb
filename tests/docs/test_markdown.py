from __future__ import annotations

import pytest

from docs.figures.markdown import difference, names, prompted, regenerated

TEXT = """# Page

<!-- figure: cost -->
old
<!-- end -->

```console
$ gpuplan plan \\
    --rate 2 | head -1
old output
$ gpuplan fit
```

By hand.
"""


def test_figures_and_outputs_are_replaced_and_the_rest_stays() -> None:
    found = regenerated(TEXT, {"cost": lambda: "7.5\n"}, lambda command: f"<{command}>\n")
    assert found == TEXT.replace("\nold\n", "\n7.5\n").replace(
        "old output\n$ gpuplan fit\n", "<gpuplan plan --rate 2 | head -1>\n$ gpuplan fit\n<gpuplan fit>\n"
    )


def test_a_second_time_changes_nothing() -> None:
    once = regenerated(TEXT, {"cost": lambda: "7.5"}, str.upper)
    assert regenerated(once, {"cost": lambda: "7.5"}, str.upper) == once


@pytest.mark.parametrize("figures", [{}, {"price": str}, {"cost": str, "price": str}])
def test_a_figure_that_is_marked_and_not_computed_is_an_error_and_the_other_way_round(figures: dict[str, type]) -> None:
    with pytest.raises(ValueError, match="cost"):
        regenerated(TEXT, figures, str)


def test_a_mark_without_an_end_is_an_error() -> None:
    with pytest.raises(ValueError, match="marked"):
        regenerated(TEXT.replace("<!-- end -->", ""), {}, str)


def test_names_and_commands_are_found() -> None:
    assert names(TEXT) == ["cost"]
    assert prompted("$ a \\\n  b\nout\n$ c\n") == ["a \\\n  b", "c"]


def test_the_first_line_that_differs_is_told() -> None:
    assert difference("a\nb\n", "a\nb\n") == ""
    assert difference("a\nb\n", "a\nc\n") == "line 2\n  stands:   b\n  computed: c"
    assert "(no line)" in difference("a\n", "a\nb\n")
