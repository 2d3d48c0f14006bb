from __future__ import annotations

import numpy as np
import pytest

from planner.calibration.left_out import JudgedSet
from planner.calibration.linearized import LIMIT
from planner.calibration.widths import changed, group, grouped, losses_table, penalized, search, table
from planner.formulas.types import Array
from planner.physics.factor_keys import Key, width
from tests.planner.calibration.conftest import made_up_fold

MEMBERS = np.array([0, 1, 0])
FOLDS = [made_up_fold("pair", [0, 2], 1), made_up_fold("pair", [1, 3], 2)]
SETS = [JudgedSet("pairs", "pair", 1, 2.0, np.array([0.1, 0.2, 0.3, 1.4]))]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (("term era", "head @ vllm-0.16", "compute"), ("term era", "head", "compute")),
        (("engine", "llama.cpp-2025-hip", "fixed"), ("engine", "llama.cpp", "fixed")),
        (("engine", "vllm-0.16", "fixed"), ("engine", "all", "fixed")),
        (("client", "@ hopper", "ttft_s"), ("client", "@", "ttft_s")),
        (("place", "vllm-v0 @ hopper", "fixed"), ("place", "vllm-v0", "fixed")),
    ],
)
def test_a_group_is_the_entry_that_states_its_width(key: Key, expected: Key) -> None:
    assert group(key) == expected
    assert width(key) == width(expected) > 0.0


def test_unknowns_of_one_width_move_together() -> None:
    keys = [("engine", "vllm-0.16", "fixed"), ("engine", "vllm-v0", "fixed"), ("engine", "sglang-0.5", "fixed")]
    groups, members = grouped(keys)
    assert [groups[i] for i in members] == [group(key) for key in keys]
    assert members[0] == members[2] != members[1]


def test_the_gradient_by_groups_is_that_of_finite_differences() -> None:
    moves = np.array([0.3, -0.2])

    def value(at: Array) -> float:
        return penalized(MEMBERS, FOLDS, SETS, at)[0]

    expected = [(value(moves + step) - value(moves - step)) / 2e-6 for step in 1e-6 * np.eye(2)]
    gradient = penalized(MEMBERS, FOLDS, SETS, moves)[1]
    assert np.abs(gradient).min() > 1e-4
    assert gradient == pytest.approx(expected, rel=1e-5)


def test_the_search_ends_below_its_start_within_the_limit() -> None:
    moves = search(MEMBERS, FOLDS, SETS)
    assert np.abs(moves).max() <= LIMIT
    start, end = (penalized(MEMBERS, FOLDS, SETS, at) for at in (np.zeros(2), moves))
    assert end[0] < start[0]
    inside = np.abs(moves) < LIMIT
    assert np.abs(end[1][inside]).max(initial=0.0) < 1e-3 * np.abs(start[1]).max()


def test_small_moves_are_not_written_and_a_width_of_zero_stays_zero() -> None:
    old = {("a", "all", "fixed"): 0.2, ("b", "all", "fixed"): 0.2, ("c", "all", "fixed"): 0.0}
    assert changed(old, np.array([0.1, -0.5, 0.6])) == {("b", "all", "fixed"): 0.12}


def test_tables_show_widths_and_mean_losses() -> None:
    old = {("term", "linear", "fixed"): 1.0, ("link", "all", "fixed"): 0.5}
    lines = table(old, {("term", "linear", "fixed"): 1.5})
    assert lines[0] == "1 of 2 widths move"
    assert lines[-1].split() == ["term", "linear", "fixed", "1", "1.5"]
    assert losses_table(SETS, np.array([0.5]), np.array([0.4]))[-1].split() == ["pairs", "tpot_s", "0.2500", "0.2000"]
