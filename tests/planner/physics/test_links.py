from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.physics.links import AllReduce, at_ranks, link_class

TABLE: AllReduce = ((10.0, 100.0, 1.0), (20.0, 200.0, 2.0), (30.0, 300.0, 3.0))


def test_ranks_take_the_next_larger_row_and_latency_grows_beyond_eight() -> None:
    assert at_ranks(TABLE, 2) == pytest.approx((10e-6, 100e9, 1e-6))
    assert at_ranks(TABLE, 3) == at_ranks(TABLE, 4) == pytest.approx((20e-6, 200e9, 2e-6))
    assert at_ranks(TABLE, 8) == pytest.approx((30e-6, 300e9, 3e-6))
    assert at_ranks(TABLE, 64) == pytest.approx((60e-6, 300e9, 3e-6))


@pytest.mark.parametrize(("gpu", "link"), [("H100 SXM", "nvlink4"), ("B200", "nvlink5"), ("MI300X", "xgmi")])
def test_a_gpu_has_the_table_of_its_link(catalogs: Catalogs, gpu: str, link: str) -> None:
    assert link_class(catalogs.hardware.accelerator(gpu)) == link


def test_a_bridge_that_is_optional_does_not_count(catalogs: Catalogs) -> None:
    gpu = catalogs.hardware.accelerator("H100 SXM")
    for text, link in (("PCIe 4.0, optional NVLink3", "pcie4"), ("Ethernet", "other"), (None, "other")):
        assert link_class(gpu.model_copy(update={"scale_up_link": text})) == link
