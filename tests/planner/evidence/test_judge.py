from __future__ import annotations

from pathlib import Path

from planner.catalogs import Catalogs
from planner.evidence import serving
from planner.evidence.judge import cross_validation, doubted, point_errors
from planner.evidence.points import NEEDED
from planner.evidence.table import predicted
from planner.physics.coefficients import Coefficients
from tests.planner.evidence.conftest import POINT


def test_the_cross_validation_is_at_hand() -> None:
    rows = {(r["left_out"], r["load"], r["figure"]): r for r in cross_validation()}
    closed = rows["pair", "closed loop, min latency", "tpot_s"]
    assert closed["points"] > 2000
    assert closed["median"] <= 0.11
    assert rows["model", "closed loop, min latency", "tpot_s"]["median"] <= 0.13
    assert rows["pair", "lengths known", "output_tok_s"]["median"] <= 0.14
    assert rows["pair", "closed loop, min latency", "ttft_s"]["median"] < 0.49  # aiconfigurator's on its own points


def test_the_cross_validation_covers_it() -> None:
    rows = {(r["left_out"], r["load"]): r for r in cross_validation()}
    assert rows["pair", "llama.cpp generation"]["points"] > 1000
    assert rows["pair", "llama.cpp generation"]["median"] < 0.3


def test_figures_that_no_machine_can_reach_are_not_judged(tmp_path: Path, catalogs: Catalogs) -> None:
    """Qwen3-32B on two B200 at 416 clients of 15,000 tokens in 7.5 s: 58 PFLOP/s (aiconfigurator's set)."""
    sound = POINT | {"ttft_ms_mean": "400", "tpot_ms_mean": "15"}
    rows = [sound, sound | {"concurrency": "4096", "isl": "15000"}, sound | {"ttft_ms_mean": "0.01"}]
    file = tmp_path / "points.csv"
    file.write_text("\n".join([",".join(sound), *(",".join(row.values()) for row in rows)]))
    shipped = Coefficients.shipped()
    found = predicted(file, NEEDED, serving.COLUMNS, lambda rows: serving.predict_rows(rows, catalogs, shipped))
    assert [cells["doubt"] for cells in found.added] == ["", serving.IMPOSSIBLE, serving.CACHED]
    asked = {e.name: e.asked for e in point_errors(found)}
    assert (asked["closed loop TPOT"], asked["closed loop TTFT"], doubted(found)) == (2, 1, 2)
