from __future__ import annotations

import pytest
from pydantic import ValidationError

from hardware_db.schema import GB, GIB, Accelerator, Peaks

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
