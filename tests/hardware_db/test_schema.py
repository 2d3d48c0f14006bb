from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from hardware_db.catalog import HardwareCatalog
from hardware_db.schema import ECC_SHARE, GB, GDDR_SHARE, GIB, Accelerator, Peaks

BARE = {
    "id": "bare", "name": "Bare", "form_factor": "PCIe", "arch": "none", "generation": "cdna3", "release_year": 2025,
    "memory_gb": 64.0, "memory_type": "HBM", "mem_bw_gb_s": 400.0, "peak_dense_tflops": {"bf16": 10.0},
    "sources": ["test"], "checked": "2026-11-25",
}  # fmt: skip


def test_units_become_si_in_properties_only() -> None:
    gpu = Accelerator.model_validate(BARE | {"link_bw_gb_s_per_gpu_bidirectional": 900.0})
    assert gpu.memory_bytes == 64.0 * GB
    assert gpu.bandwidth_bytes_per_s == 400.0 * GB
    assert gpu.link_bytes_per_s == 450.0 * GB
    assert gpu.maker == "amd"
    usable = Accelerator.model_validate(BARE | {"memory_gib_usable": 60.0})
    assert usable.memory_bytes == 60.0 * GIB


def test_gddr_is_sold_by_the_gib() -> None:
    """The shares hold of nine in ten of the cards whose reported memory is stated."""
    plain = Accelerator.model_validate(BARE | {"memory_gb": 12.0, "memory_type": "GDDR6X"})
    assert plain.memory_bytes == 12.0 * GDDR_SHARE * GIB
    checked = Accelerator.model_validate(BARE | {"memory_gb": 24.0, "memory_type": "GDDR5", "inline_ecc": True})
    assert checked.memory_bytes == 24.0 * ECC_SHARE * GIB
    cards = [g for g in HardwareCatalog().accelerators.values() if g.memory_gib_usable]
    gddr = [g for g in cards if g.memory_type.startswith("GDDR")]
    shares = {ecc: [(g.memory_gib_usable or 0.0) / g.memory_gb for g in gddr if g.inline_ecc is ecc]
              for ecc in (False, True)}  # fmt: skip
    assert np.quantile(shares[False], 0.1) == pytest.approx(GDDR_SHARE, abs=1e-4)
    assert np.quantile(shares[True], 0.1) == pytest.approx(ECC_SHARE, abs=1e-4)
    assert max(shares[True]) <= 15 / 16


def test_what_is_not_stated_is_not_there() -> None:
    gpu = Accelerator.model_validate(BARE)
    assert gpu.link_bytes_per_s == 0.0
    assert gpu.peak_dense_tflops.fp8 is None


@pytest.mark.parametrize(
    ("change", "field"),
    [({"sources": []}, "sources"), ({"checked": "yesterday"}, "checked"), ({"memory_gb": -1.0}, "memory_gb"),
     ({"mem_bw": 3.0}, "mem_bw"), ({"generation": "kepler"}, "generation")],
)  # fmt: skip
def test_a_wrong_field_is_named(change: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        Accelerator.model_validate(BARE | change)
    assert Peaks().fp4 is None
