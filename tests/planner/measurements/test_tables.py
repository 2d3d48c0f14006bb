from __future__ import annotations

from planner.measurements.tables import POINTS, SPEEDS, read


def test_the_columns_tell_the_kind_of_a_table() -> None:
    point = {"model": "a/b", "load": "closed_loop", "tpot_ms_mean": "20", "note": "2026-06-23", "kv": ""}
    (run,) = read(list(point), [point]) or []
    assert (run.format, run.day, run.names) == (POINTS, "2026-06-23", ("a/b",))
    assert "kv" not in run.cells
    speed = {"gpu": "RTX 4090", "model": "a", "quant": "Q4_K_M", "test": "tg128", "tok_s": "100"}
    (run,) = read(list(speed), [speed]) or []
    assert run.format == SPEEDS


def test_a_table_of_another_kind_is_none() -> None:
    assert read(["a", "b"], []) is None


def test_a_row_with_drafts_is_known_by_its_columns() -> None:
    point = {"load": "closed_loop", "tpot_ms_mean": "20", "draft_method": "eagle"}
    (run,) = read(list(point), [point]) or []
    assert run.drafts
