from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.physics import coefficients
from planner.physics.engines import engines


def test_shares_of_a_peak_are_shares(catalogs: Catalogs) -> None:
    for gpu in catalogs.hardware.accelerators.values():
        assert 0.0 < coefficients.bandwidth(gpu.generation) <= 1.0
        assert 0.0 < coefficients.warp_share(gpu.generation) <= 1.0
        assert 0.0 < coefficients.launch_s(gpu.generation) < 1e-4
        for kind in ("bf16", "fp8", "int8", "a type nobody knows"):
            assert 0.0 < coefficients.gemm_compute(gpu.generation, kind) <= 1.0


def test_every_engine_has_host_time() -> None:
    for engine in engines().values():
        step, sequence = coefficients.host_s(engine)
        assert 0.0 <= sequence <= step < 1.0


def test_beyond_eight_ranks_the_latency_of_a_link_grows_with_their_logarithm() -> None:
    for name in coefficients.raw()["links"]:
        (two, _, _), (eight, bus, _), (many, same, _) = (
            coefficients.link_at(name, "a stack nobody knows", ranks) for ranks in (2, 8, 64)
        )
        assert 0.0 < two <= eight, name
        assert many == pytest.approx(2.0 * eight)
        assert same == bus > 0.0


def test_links_are_told_apart_by_name(catalogs: Catalogs) -> None:
    found = {gpu: coefficients.link_class(catalogs.hardware.accelerator(gpu)) for gpu in ("H100", "MI300X", "B200")}
    assert found == {"H100": "nvlink4", "MI300X": "xgmi", "B200": "nvlink5"}


def test_another_fit_of_memory_holds_only_where_it_is_asked_for() -> None:
    before = coefficients.memory("load_overhead_gib")
    with coefficients.memory_fit({"load_overhead_gib": before + 7.0}):
        assert coefficients.memory("load_overhead_gib") == pytest.approx(before + 7.0)
    assert coefficients.memory("load_overhead_gib") == before
