"""What a build of llama.cpp does, and what a version or a day means."""

from __future__ import annotations

import pytest

from planner.physics.ggml.build import NEWEST, Build, build_of, placed


@pytest.mark.parametrize(
    ("version", "number"),
    [("b6325", 6325), ("9400", 9400), ("3673 (4084ca73)", 3673), (None, NEWEST), ("main", NEWEST)],
)
def test_builds_are_read(version: str | None, number: int) -> None:
    assert build_of(version).number == number


def test_a_day_is_the_build_of_its_month() -> None:
    days = [build_of(day).number for day in ("2023-01-01", "2024-08", "2025-05-20", "2026-01-15", "2026-08-19")]
    assert days == sorted(days)
    assert not build_of("2025-04").latent_cache
    assert build_of("2025-08").latent_cache


def test_latents_are_kept_twice_for_some_months() -> None:
    assert [Build(n).latent_twice for n in (5000, 6000, NEWEST)] == [False, True, False]


def test_the_head_is_counted_after_the_layers_and_later_before() -> None:
    assert placed(32, 32, Build(6000)) == (0, True)
    assert placed(32, 32, Build(9000)) == (1, False)
    assert placed(33, 32, Build(9000)) == placed(99, 32, Build(6000)) == (0, False)
    assert placed(0, 32, Build(9000)) == (32, True)
