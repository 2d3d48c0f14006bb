from __future__ import annotations

from dataclasses import replace

import pytest

from models_db.formats import find_format
from models_db.loss_long import LEAST_EXCESS_PCT, bounds, differences, long_excess, with_short
from models_db.loss_pooling import Pooled
from models_db.loss_rows import LossRow, loss_rows

ROW = LossRow("maker/Near-8B", "fp8_channel", "task", "4-15B", "MMLU", "MMLU", 99.0, 0.5, 1000, "here")


def test_a_difference_is_of_one_model_in_one_format() -> None:
    rows = [ROW, replace(ROW, kind="long", recovery_pct=96.0), replace(ROW, kind="long", model="maker/Other-8B")]
    found = differences(rows)
    assert [d.mean for d in found["fp8_channel"]] == pytest.approx([-3.0])
    # Coarser scales bound finer ones, not the other way round.
    assert differences([replace(row, format="fp8" if row.kind == "task" else row.format) for row in rows]) == found
    assert not differences([replace(row, format="fp8" if row.kind == "long" else row.format) for row in rows])["fp8"]


def test_four_bits_lose_more_of_long_contexts_and_eight_do_not() -> None:
    found = differences(loss_rows())
    excess = {
        name: long_excess(find_format(name), found) for name in ("int8", "fp8", "awq_int4_g128", "nvfp4", "bnb_nf4")
    }
    least = LEAST_EXCESS_PCT**2
    assert excess["int8"] == excess["fp8"] == pytest.approx(least)
    assert least < excess["awq_int4_g128"] < excess["nvfp4"] < excess["bnb_nf4"]


def test_what_was_not_measured_has_the_usual_excess_of_its_width() -> None:
    found = {"awq_int4_g128": [Pooled(-3.0, 1.0)], "gptq_int4_g128": [Pooled(5.0, 1.0)], "bnb_nf4": [Pooled(1.0, 2.0)]}
    assert long_excess(find_format("nvfp4"), found) == long_excess(find_format("q4_k_m"), found) == 8.0
    assert long_excess(find_format("q8_0"), found) == LEAST_EXCESS_PCT**2
    assert long_excess(find_format("awq_int4_g128"), found) == 8.0
    assert long_excess(find_format("bnb_nf4"), found) == (0.0 + 3.0 * 8.0) / 4.0


def test_short_and_long_are_weighted_by_what_they_resolve() -> None:
    assert with_short(Pooled(99.0, 1.0), None, 3.0) == Pooled(99.0, 4.0)
    assert with_short(None, Pooled(95.0, 2.0), 3.0) == Pooled(95.0, 2.0)
    assert bounds(find_format("fp8_channel")) == ("fp8_channel", "fp8")
