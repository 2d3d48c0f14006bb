from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.deployment.fit import fit, longest_context
from planner.physics.coefficients import Coefficients
from planner.physics.kv_cache import cache_bytes
from tests.planner.conftest import EIGHT, SEVENTY, one_gpu

SHIPPED = Coefficients.shipped()


def test_a_width_that_fits_and_what_would_help_where_none_does(catalogs: Catalogs) -> None:
    found = fit(
        catalogs, SHIPPED, model=SEVENTY, gpus=["H100", "T4"], weights="fp16", kv=None, engine="vllm", context=8192
    )
    h100, t4 = found.rows
    # Two sources ran it so.
    assert (h100.fits, h100.smallest_tp, h100.change) == (True, 2, "")
    assert (t4.fits, t4.smallest_tp, t4.max_sequences) == (False, None, 0)
    assert "short at the largest legal split" in t4.change
    assert found.status == "fits"


def test_stages_hold_what_no_legal_width_does(catalogs: Catalogs) -> None:
    """AWQ groups of 128 do not divide the experts of this model at eight ranks; four ranks in two stages do."""
    found = fit(
        catalogs, SHIPPED, model="Qwen/Qwen3-235B-A22B", gpus=["RTX 4090"], weights="int4", kv=None, engine="vllm",
        context=8192,
    )  # fmt: skip
    row = found.rows[0]
    assert (row.fits, row.split, row.smallest_tp, row.smallest_gpus) == (True, "tp4 pp2", 4, 8)


def test_the_longest_context_is_the_last_that_the_pool_holds(catalogs: Catalogs) -> None:
    one = one_gpu(catalogs, "vllm")
    longest = longest_context(one, 2e9, None)
    assert cache_bytes(one, np.array(float(longest)))[0] <= 2e9 < cache_bytes(one, np.array(longest + 1.0))[0]
    assert longest_context(one, 2e9, 1000) == 1000
    assert longest_context(one, 0.0, None) == 0


def test_more_context_never_takes_more_sequences(catalogs: Catalogs) -> None:
    rows = [
        fit(catalogs, SHIPPED, model=EIGHT, gpus=["H100"], weights=None, kv=None, engine="vllm", context=n).rows[0]
        for n in (1000, 8000, 64_000)
    ]
    assert [row.max_sequences for row in rows] == sorted((row.max_sequences for row in rows), reverse=True)
    assert rows[0].weights_gib == pytest.approx(rows[2].weights_gib)
