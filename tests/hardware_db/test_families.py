from __future__ import annotations

import pytest

from hardware_db.catalog import HardwareCatalog
from planner.errors import HardwareError


@pytest.mark.parametrize(
    ("name", "meant"), [("4090", "rtx-4090"), ("3090", "rtx-3090"), ("5060", "rtx-5060"), ("9070 XT", "rx-9070-xt")]
)
def test_a_part_of_a_name_that_fits_one_card_is_that_card_and_said(name: str, meant: str) -> None:
    catalog = HardwareCatalog()
    assert catalog.accelerator(name).id == meant
    assert catalog.taken_as([name, meant]) == [f"gpu {name} is taken as {meant}"]


@pytest.mark.parametrize(
    ("name", "may_be"),
    [("6000", ("quadro-rtx-6000", "rtx-6000-ada")), ("3080", ("rtx-3080", "rtx-3080-12gb")), ("max", ("m1-max",))],
)
def test_a_part_that_fits_several_cards_lists_them(name: str, may_be: tuple[str, ...]) -> None:
    with pytest.raises(HardwareError, match="name one") as error:
        HardwareCatalog().accelerator(name)
    assert all(card in str(error.value) for card in may_be)


def test_what_fits_nothing_names_the_nearest() -> None:
    with pytest.raises(HardwareError, match="nearest"):
        HardwareCatalog().accelerator("90x0")
