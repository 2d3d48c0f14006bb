from __future__ import annotations

from pathlib import Path

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
    assert len({(grid.year, grid.source) for grid in grids().values()}) == 1, "countries of one edition compare"
    assert len({grid.code for grid in grids().values()}) == len(grids())


@pytest.mark.parametrize(("name", "grams"), [("world", 473), ("FR", 44), ("Germany", 342), ("United States", 384)])
def test_a_grid_is_found_by_name_and_by_code(name: str, grams: float) -> None:
    assert find_grid(name).g_co2_per_kwh == grams


def test_an_unknown_grid_names_the_nearest() -> None:
    with pytest.raises(InputError, match=r"scope.grid \(--grid\): 'polnd' is not known \(nearest: poland"):
        find_grid("polnd")


def test_a_machine_draws_what_it_is_sold_with_and_else_more_than_its_gpus() -> None:
    cards = HardwareCatalog().accelerators
    known = rated_kw(cards["h100-sxm"], 8, cards)
    assert known is not None
    assert known[0] == pytest.approx(10.2)
    other, tdp_w = rated_kw(cards["a10g"], 4, cards), cards["a10g"].tdp_w
    assert other is not None
    assert tdp_w is not None
    assert other[0] == pytest.approx(4 * tdp_w / 1e3 * machine_over_gpus(cards))
    assert 1.3 < machine_over_gpus(cards) < 2.2


def test_the_users_own_cards_count_and_no_catalog_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    cards = HardwareCatalog().accelerators
    monkeypatch.setattr("hardware_db.catalog.read_accelerators", _never)
    doubled = {name: card.model_copy(update={"tdp_w": card.tdp_w and 2 * card.tdp_w}) for name, card in cards.items()}
    assert machine_over_gpus(doubled) == pytest.approx(machine_over_gpus(cards) / 2)


def _never(path: Path) -> None:
    raise AssertionError(f"{path} was read again")
