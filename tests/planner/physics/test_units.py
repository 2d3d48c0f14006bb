from __future__ import annotations

import numpy as np

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.physics.counts import Load, Ranks, counts
from planner.physics.step import StepModel
from planner.physics.units import ROOF_OF, units
from tests.planner.conftest import EIGHT, designs, one_gpu

C = Coefficients.shipped()


def units_of(model: StepModel) -> dict[str, np.ndarray]:
    kv_bits = np.full((len(model.designs), 1), 16.0)
    return units(model.cuts, model.cut, model.rates, C.operators, model.quantize_kernels, kv_bits)


def test_all_that_is_counted_has_its_time_and_its_roof(catalogs: Catalogs) -> None:
    for name in (EIGHT, "deepseek-ai/DeepSeek-V3", "Qwen/Qwen3-Next-80B-A3B-Instruct"):
        model = StepModel.of(designs(catalogs, name, "H200"), C)
        load = Load(np.array([[8.0]]), 1000.0, 100.0, 100.0)
        found = counts(model.cuts, load, Ranks.of(model.cuts, load, 1.0), C)
        assert found.keys() <= units_of(model).keys()
        assert all(any(count.endswith(f" {what}") for what in ROOF_OF) for count in found)


def test_what_no_kernel_multiplies_narrow_takes_no_time(catalogs: Catalogs) -> None:
    wide, narrow = (units_of(StepModel.of(one_gpu(catalogs, "vllm", fmt=fmt), C)) for fmt in ("bf16", "fp8"))
    assert wide["linear narrow flop"].item() == 0.0 < narrow["linear narrow flop"].item()
    assert narrow["head narrow flop"].item() == 0.0
