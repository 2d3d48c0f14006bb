"""Tables keep to the width and never break a name or a figure."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from planner.report.layout import MOST_COLUMNS, broken, fitted, parts_of, terminal
from planner.report.table import Cell, Table, show
from tests.consistency.drawn import at_random

WORDS = st.sampled_from(["usd_per_hour", "max_sequences", "gpu", "weights", "kv_pool_gib", "ttft_p95_s", "what", "low"])
CELLS = st.one_of(
    st.none(), st.integers(0, 10**9), st.floats(0, 1e6), st.sampled_from(["H100 SXM", "a" * 60, "two words", ""])
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = draw(st.lists(WORDS, min_size=1, max_size=MOST_COLUMNS + 4))
    row = st.lists(CELLS, min_size=len(columns), max_size=len(columns))
    rows: list[list[Cell]] = draw(st.lists(row, min_size=1, max_size=7))
    return Table("A title", columns, rows, ["a note " * 30])


@at_random(50, 150)
@given(table=tables(), width=st.sampled_from([80, 100, 140]))
def test_no_line_is_wider_and_no_name_is_broken_but_at_its_underscores(table: Table, width: int) -> None:
    lines = terminal(table, width).splitlines()
    assert max(map(len, lines)) <= width
    words = set(re.findall(r"[^_ ]+_?", " ".join(lines)))
    given_cells = {i for i in range(len(table.columns)) if any(show(row[i]) for row in table.rows)}
    for i in given_cells:
        assert set(parts_of(table.columns[i])) <= words or table.columns[i] in " ".join(lines)


@given(table=tables(), width=st.sampled_from([80, 100]))
def test_widths_fit_and_hold_every_figure(table: Table, width: int) -> None:
    widths = fitted(table, width)
    if widths is None:
        return
    assert sum(widths) + 2 * (len(widths) - 1) <= width
    for i, wide in enumerate(widths):
        if all(isinstance(row[i], int | float) for row in table.rows):
            assert wide >= max(len(show(row[i])) for row in table.rows)


@given(name=WORDS, width=st.integers(10, 30))
def test_a_broken_name_is_that_name(name: str, width: int) -> None:
    assert broken(name, width).replace("\n", "") == name
    assert all(len(line) <= width for line in broken(name, width).splitlines())


def test_names_of_models_and_gpus_stay_whole_within_the_width() -> None:
    names = [
        "meta-llama/Llama-3.3-70B-Instruct",
        "packet-ai-rtx-pro-6000-pcie-on-demand",
        "RTX PRO 6000 Blackwell Server",
    ]
    for more in (3, 9):
        columns = ("model", "machine", "gpu", *(f"figure_{i}" for i in range(more)))
        text = terminal(Table("Cluster", columns, [[*names, *range(more)]] * 4), 100)
        assert all(text.count(name) == 4 for name in names)
        assert max(map(len, text.splitlines())) <= 100


def _wide(**more: Any) -> Table:
    columns = ("role", "gpu", "provider", "usd_per_hour", "why")
    rows = [["winner", "RTX PRO 6000 Blackwell Server", "some-provider", 3.5, "costs a good deal more than the others"]]
    return Table("Wide", columns, rows, **more)


def test_a_wide_table_stays_one_without_its_spare_columns_and_says_which() -> None:
    text = terminal(_wide(spare=("provider", "role")), 70)
    assert "usd_per_hour" in text
    assert "provider" not in text.split("left out")[0]
    assert "left out at this width: provider (--format csv shows all)" in text
    assert "RTX PRO 6000 Blackwell Server" in text
    assert max(map(len, text.splitlines())) <= 70


def test_nothing_is_left_out_where_there_is_room_or_where_it_would_not_help() -> None:
    assert "left out" not in terminal(_wide(spare=("provider",)), 120)
    narrow = terminal(_wide(spare=("role",)), 40)
    assert "left out" not in narrow
    assert "role" in narrow


def test_names_of_gpus_stay_on_one_line() -> None:
    rows = [["8 x rtx-pro-6000-blackwell-server", "a provider of many words here", 1.5]]
    text = terminal(Table("Prices", ("gpus", "provider", "per_gpu"), rows), 60)
    assert "8 x rtx-pro-6000-blackwell-server" in text
