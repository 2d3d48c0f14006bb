from __future__ import annotations

import pytest

from hardware_db.catalog import HardwareCatalog
from hardware_db.families import stated_gb, unsized
from planner.errors import HardwareError


@pytest.mark.parametrize(
    ("name", "meant"), [("4090", "rtx-4090"), ("3090", "rtx-3090"), ("5060", "rtx-5060"), ("9070 XT", "rx-9070-xt")]
)
def test_a_part_of_a_name_that_fits_one_card_is_that_card_and_said(name: str, meant: str) -> None:
    catalog = HardwareCatalog()
    assert catalog.accelerator(name).id == meant
    (said,) = catalog.taken_as([name, meant])
    assert said.split(";")[0] == f"gpu {name} is taken as {meant}"


def test_a_name_that_several_cards_go_by_names_the_others() -> None:
    catalog = HardwareCatalog()
    (said,) = catalog.taken_as(["H100"])
    assert said.startswith("gpu H100 is taken as h100-sxm; others by that name: ")
    assert "h100-pcie" in said
    (sized,) = catalog.taken_as(["H100 80GB"])
    assert "h100-pcie" in sized
    assert "h100-sxm-64gb" not in sized
    assert catalog.taken_as(["H100 SXM", "h100-pcie", "MI300X", "RTX 4090", "B200"]) == []


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


@pytest.mark.parametrize(
    ("name", "may_be"),
    [
        ("A100", ("a100-sxm-40gb (40 GB)", "a100-sxm-80gb (80 GB)", "a100-pcie-80gb")), ("GH200", ("gh200-144gb",)),
        ("RTX 6000", ("quadro-rtx-6000", "rtx-6000-ada", "rtx-pro-6000-blackwell-server")),
        ("H20 120GB", ("no record has 120 GB", "h20 (96 GB)", "h20-3e (141 GB)")),
        ("4090 96GB", ("no record has 96 GB", "rtx-4090 (24 GB)", "rtx-4090-refitted-48gb (48 GB)")),
        ("Ascend 910B", ("ascend-910b-b1", "ascend-910b-b4 (32 GB)")), ("MI50", ("mi50-16gb", "mi50-32gb")),
        ("Jetson AGX Orin", ("jetson-agx-orin-64gb (64 GB)", "jetson-agx-orin-32gb (32 GB)")),
        ("L4 48GB", ("l4 (24 GB)",)), ("NVIDIA GeForce RTX 4060 Ti", ("rtx-4060-ti-8gb", "rtx-4060-ti-16gb")),
    ],
)  # fmt: skip
def test_a_name_of_several_cards_or_of_a_size_that_none_has_lists_what_there_is(
    name: str, may_be: tuple[str, ...]
) -> None:
    with pytest.raises(HardwareError) as error:
        HardwareCatalog().accelerator(name)
    assert all(card in str(error.value) for card in may_be)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("H100", "h100-sxm"), ("H20 141GB", "h20-3e"), ("H100 64GB", "h100-sxm-64gb"),
     ("4090", "rtx-4090"), ("RTX 4090 48GB", "rtx-4090-refitted-48gb"), ("4090 48GB", "rtx-4090-refitted-48gb"),
     ("2080 Ti", "rtx-2080-ti"), ("RTX 2080 Ti 22GB", "rtx-2080-ti-refitted-22gb"), ("RTX 5090 D", "rtx-5090d"),
     ("RTX PRO 6000 Max-Q", "rtx-pro-6000-blackwell-max-q"), ("GB300 station", "gb300-station"),
     ("MI100", "mi100"), ("MI50 32GB", "mi50-32gb"), ("910B3", "ascend-910b-b3"),
     ("RTX 4090 Laptop", "rtx-4090-laptop"), ("Jetson AGX Orin 32GB", "jetson-agx-orin-32gb"),
     ("H100 94GB", "h100-nvl"),
     ("B200 192GB", "b200"), ("GH200 480GB", "gh200-96gb"),
     ("NVIDIA A100-SXM4-80GB", "a100-sxm-80gb"), ("A100 40GB", "a100-sxm-40gb"), ("V100S", "v100-pcie-32gb")],
)  # fmt: skip
def test_a_size_chooses_among_the_cards_of_a_name(name: str, meant: str) -> None:
    assert HardwareCatalog().accelerator(name).id == meant


def test_every_id_and_name_is_its_own_record() -> None:
    catalog = HardwareCatalog()
    for record in catalog.accelerators.values():
        assert catalog.accelerator(record.id) is catalog.accelerator(record.name) is record


def test_a_size_is_read_from_a_name() -> None:
    assert (stated_gb("A100-SXM4-80GB"), stated_gb("H100 94 GB HBM3"), stated_gb("RTX 4090")) == (80.0, 94.0, None)
    assert unsized("RTX 4090 24GB") == "RTX 4090"
