from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.formulas.memory import GIB
from planner.physics.compressed import compressed_bytes, layout
from planner.physics.design import Designs
from planner.physics.engines import find_engine
from planner.physics.split import Split
from tests.planner.conftest import designs

FLASH = "deepseek-ai/DeepSeek-V4-Flash"


def flash(catalogs: Catalogs, version: str) -> Designs:
    any_of = designs(catalogs, FLASH, "H200", kv="fp8")
    engine = find_engine("vllm", version)
    return Designs.single(any_of.model, any_of.gpus[0], any_of.formats[0], any_of.kv_formats[0], engine, Split(tp=8))


def test_a_request_takes_what_two_logs_print(catalogs: Catalogs) -> None:
    # Deployment note 68308452379: 77.53 GiB hold 131,072 tokens 11.55 times. vllm#44376: 30,000 tokens need 6.66 GiB,
    # and 5.44 GiB hold 13,528. Both with the default budget of 8,192 tokens, two batches at once.
    newer, older, chunk = flash(catalogs, "0.27"), flash(catalogs, "0.22"), np.array(2 * 8192.0)
    one = float(compressed_bytes(newer, np.array(131_072.0), chunk)[0])
    assert 77.53 * GIB / one == pytest.approx(11.55, abs=0.01)
    for tokens, gib in ((30_000.0, 6.66), (13_528.0, 5.44)):
        assert float(compressed_bytes(older, np.array(tokens), chunk)[0]) / GIB == pytest.approx(gib, abs=0.005)


def test_packed_groups_waste_less_than_padded_ones(catalogs: Catalogs) -> None:
    model = flash(catalogs, "0.27").model
    assert layout(model, packed=True, narrow=True).block < layout(model, packed=False, narrow=True).block
    assert layout(model, packed=True, narrow=True).block < layout(model, packed=True, narrow=False).block
