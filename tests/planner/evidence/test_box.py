from __future__ import annotations

from collections.abc import Callable

import pytest

from planner.catalogs import Catalogs
from planner.evidence.box import Pairs, gguf_errors, left_out_errors, log_rows, memory_errors
from planner.evidence.stated import FIGURES, memory_unstated
from planner.evidence.table import Errors
from planner.physics.coefficients import Coefficients

SHIPPED = Coefficients.shipped()

FLOORS = {
    "weights": (0.005, 0.03), "KV pool": (0.025, 0.15), "KV tokens": (0.02, 0.12), "activation peak": (0.15, 1.0),
    "non-torch": (0.3, 1.0), "KV tokens of the logged pool": (0.005, 0.02),
}  # fmt: skip


@pytest.mark.parametrize("judge", [memory_errors, left_out_errors])
def test_start_up_logs_within_the_floors(
    catalogs: Catalogs, judge: Callable[[Catalogs, Coefficients], list[Errors]], pairs: Pairs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("planner.evidence.box.left_out_pairs", lambda *_: pairs)
    found = {errors.name: errors for errors in judge(catalogs, SHIPPED)}
    for name, floors in FLOORS.items():
        median, p90 = found[name].row[3], found[name].row[5]
        assert isinstance(median, float)
        assert isinstance(p90, float)
        assert median <= floors[0], found[name]
        assert p90 <= floors[1], found[name]


def test_llama_cpp_files_within_the_floors(catalogs: Catalogs) -> None:
    found = gguf_errors(catalogs)
    assert found
    floors = {"GGUF file size": (0.01, 0.01), "KV buffers": (0.001, 0.01), "compute buffer": (0.01, 0.3),
              "host compute buffer": (0.01, 0.5), "model buffer": (0.01, 0.02)}  # fmt: skip
    for name, (median, p90) in floors.items():
        row = next(errors.row for errors in found if errors.name == name)
        assert isinstance(row[3], float)
        assert isinstance(row[5], float)
        assert row[3] <= median, row
        assert row[5] <= p90, row


def test_most_logs_are_stated_well_enough_to_be_judged() -> None:
    rows = log_rows()
    judged = [row for row in rows if set(FIGURES) - set(memory_unstated(row))]
    assert len(judged) >= 0.6 * len(rows)
