from __future__ import annotations

from planner.catalogs import Catalogs
from planner.export.names import cloud_of, sky_accelerator, target_names


def test_every_name_is_of_a_gpu_and_a_provider_of_the_catalog(catalogs: Catalogs) -> None:
    known = set(catalogs.hardware.accelerators)
    assert set(target_names().sky) <= known
    assert set(target_names().ray) <= known
    providers = {offer.provider for offer in catalogs.hardware.offers}
    assert {cloud.provider for cloud in target_names().cloud} <= providers


def test_a_provider_that_is_no_cloud_has_none() -> None:
    assert cloud_of("packet-ai") is None
    found = cloud_of("vast-ai")
    assert found is not None
    assert found.sky == "vast"


def test_a_gpu_without_a_name_keeps_its_own() -> None:
    assert sky_accelerator("none", "New GPU 9: 'x'") == "NewGPU9x"
