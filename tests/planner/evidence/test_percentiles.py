from __future__ import annotations

from planner.evidence.percentiles import GridCell, compare, grid, summary


def test_the_grid_is_large_enough_and_a_sample_of_it_agrees() -> None:
    assert len(grid()) >= 200
    cells = [c for c in grid() if c.design[1] in ("H100 SXM", "B200") and c.load < 0.8 and c.cv == 1.0][::3]
    found = [r for r in (compare(c, 2500) for c in cells) if r is not None]
    rows = {row["figure"]: row for row in summary(found)}
    assert rows["all p50"]["median"] < 0.10
    assert rows["all p95"]["median"] < 0.12
    assert rows["all p99"]["median"] < 0.18


def test_a_cell_that_holds_too_little_is_left_out() -> None:
    design = ("meta-llama/Llama-3.1-8B-Instruct", "L4", "fp8", 1, "sglang")
    assert compare(GridCell(design, (120_000, 0.0, 5000, 0.0), 1.0, 0.5), 10) is None
