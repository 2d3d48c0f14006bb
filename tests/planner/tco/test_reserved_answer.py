"""The record of reserved units in words."""

from __future__ import annotations

from planner.tco.reserved_answer import ReservedApi


def test_the_text_has_all_that_the_dollars_follow_from() -> None:
    kept = ReservedApi(
        name="a/b, reserved units", unit="PTU", units=3, units_at_least=1, units_in_steps_of=1,
        tokens_per_s_of_a_unit=50.0, output_weight=4.0, needed_tokens_per_s=120.0, usd_per_month_of_a_unit=700.0,
        usd_per_month=2100.0, usd_per_million_tokens=1.0, usd_per_month_by_token=3000.0, crossings=[], as_of="2026-11",
        source="contract",
    )  # fmt: skip
    assert kept.text == "3 x PTU at $700.00 a month, 50 tokens a second each, for 120.0 at the peak"
    few = kept.model_copy(update={"units": 15, "units_at_least": 15, "units_in_steps_of": 5})
    assert few.text.startswith("15 x PTU (sold from 15 on, in steps of 5) at $700.00")
