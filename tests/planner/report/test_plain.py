"""What is set without Rich is what Rich sets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from planner.report import layout, overview
from planner.report.plain import folded, lines_of
from planner.report.table import Cell, Overview, Table
from tests.consistency.drawn import at_random

WORDS = st.sampled_from(["a", "bb", "gpu-h100", "long_name_x", "3,4", "-", "x/y", "1.0", "hello,", "b--c", "naïve", ""])
TEXT = st.lists(WORDS, max_size=12).map(" ".join)
NAME = st.lists(st.sampled_from(["gpu", "ms", "name", "share_x", "a b", "id"]), min_size=1, max_size=3).map("_".join)
FIGURE = st.one_of(
    st.floats(0, 1e6).map(lambda v: round(v, 3)), st.integers(0, 10**6), st.sampled_from([None, "-", ""])
)
WIDTH = st.integers(15, 100)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = draw(st.lists(NAME, min_size=1, max_size=5, unique=True))
    kinds: list[st.SearchStrategy[Cell]] = [draw(st.sampled_from([TEXT, FIGURE])) for _ in columns]
    rows = [[draw(kind) for kind in kinds] for _ in range(draw(st.integers(0, 4)))]
    return Table(draw(TEXT), columns, rows)


@at_random(66, 200)
@given(table=tables(), width=WIDTH)
def test_a_table_is_set_as_by_rich(table: Table, width: int) -> None:
    table = layout.fitting(table, width)
    lines = layout._plainly(table, width)
    assert lines is None or "".join(f"{line}\n" for line in lines) == layout._by_rich(table, width)


@at_random(33, 100)
@given(table=tables(), lines=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=5), title=TEXT, width=WIDTH)
def test_a_card_is_set_as_by_rich(table: Table, lines: list[tuple[str, str]], title: str, width: int) -> None:
    card = Overview(title, lines, [table] if table.rows else [])
    found = overview._plainly(card, width)
    shown = "".join(f"{line.rstrip()}\n" for line in found or ())
    assert found is None or shown == overview._by_rich(card, width, framed=False)


def test_usual_tables_and_cards_are_set_without_rich() -> None:
    table = Table("Memory", ["part", "gib"], [["weights", 61.034], ["cache", None]], notes=["a note"])
    assert layout._plainly(table, 40) == ["Memory", "part        gib", "weights  61.034", "cache          "]
    card = Overview("Plan", [("model", "a model with a name that is long")], [table])
    assert (overview._plainly(card, 30) or [])[:3] == [
        "Plan",
        "model  a model with a name    ",
        "       that is long           ",
    ]


def test_names_of_columns_stand_above_their_cells() -> None:
    table = Table("T", ["kv_pool_gib", "id"], [[1.5, "a"]])
    assert layout.plain_grid(table, [5, 2]) == ["  kv_    ", "pool_    ", "  gib  id", "  1.5  a "]


def test_what_is_not_plain_is_left_to_rich() -> None:
    assert folded("naïve", 10) is None
    assert folded("a\tb", 10) is None
    assert folded(" a", 10) is None
    assert folded("abcdefghijk", 10) is None
    assert lines_of([["a"], ["ü"]], [3], [False]) is None
