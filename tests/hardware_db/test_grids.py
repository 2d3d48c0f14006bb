from __future__ import annotations

import pytest

from hardware_db.catalog import HardwareCatalog
from hardware_db.grids import find_grid, grids, machine_over_gpus, rated_kw
from planner.errors import InputError


def test_each_grid_has_a_year_and_a_source_and_lies_between_water_and_coal() -> None:
    assert len(grids()) > 25
    for grid in grids().values():
        assert 20.0 < grid.g_co2_per_kwh < 800.0
        assert grid.source
        assert str(grid.year) in grid.said
    assert len({grid.code for grid in grids().values()}) == len(grids())


@pytest.mark.parametrize(("name", "grams"), [("world", 481), ("FR", 56), ("Germany", 381), ("United States", 369)])
def test_a_grid_is_found_by_name_and_by_code(name: str, grams: float) -> None:
    assert find_grid(name).g_co2_per_kwh == grams


def test_an_unknown_grid_names_the_nearest() -> None:
    with pytest.raises(InputError, match=r"scope.grid \(--grid\): 'polnd' is not known \(nearest: poland"):
        find_grid("polnd")


def test_a_machine_draws_what_it_is_sold_with_and_else_more_than_its_gpus() -> None:
    hardware = HardwareCatalog()
    known = rated_kw(hardware.accelerators["h100-sxm"], 8)
    assert known is not None
    assert known[0] == pytest.approx(10.2)
    other = rated_kw(hardware.accelerators["a10g"], 4)
    assert other is not None
    assert other[0] == pytest.approx(4 * hardware.accelerators["a10g"].tdp_w / 1e3 * machine_over_gpus())  # type: ignore[operator]
    assert 1.3 < machine_over_gpus() < 2.2
