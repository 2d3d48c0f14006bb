"""Hashes of input, prices, catalog and calibration."""

from __future__ import annotations

from planner.catalogs import Catalogs
from planner.document.stamps import asked_for, digest, stamps
from planner.physics.coefficients import Coefficients

MODEL = "meta-llama/Llama-3.1-8B-Instruct"


def test_the_order_of_keys_does_not_count_and_values_do() -> None:
    assert digest({"a": 1, "b": [2.0, None]}) == digest({"b": [2.0, None], "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})
    assert asked_for({"x": 1}, None, {}).sha256 != asked_for({"x": 1}, {}, {}).sha256


def test_each_stamp_follows_its_own_part(catalogs: Catalogs, coefficients: Coefficients) -> None:
    first = stamps(catalogs, coefficients, [MODEL])
    assert stamps(catalogs, coefficients, [MODEL]) == first
    other = stamps(catalogs, coefficients.with_factors({}), ["Qwen/Qwen3-8B"])
    assert other.prices_sha256 == first.prices_sha256
    assert other.catalog_sha256 != first.catalog_sha256
    assert other.calibration_sha256 != first.calibration_sha256
