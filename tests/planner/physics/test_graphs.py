from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.formulas.memory import GIB
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.engines import Engine, find_engine
from planner.physics.footprint import footprint
from planner.physics.graphs import (
    captured_sizes,
    charged,
    graph_bytes,
    graph_counts,
    is_plain,
    outside_era,
    through_nccl,
)
from planner.physics.split import Split
from planner.request.engine import EngineSettings
from planner.request.memory import MemorySettings
from tests.planner.conftest import EIGHT, SEVENTY, designs

SHIPPED = Coefficients.shipped()
TOKENS = np.array([[8192.0]])


def one(catalogs: Catalogs, engine: Engine, *, model: str = SEVENTY, gpu: str = "H100", tp: int = 2) -> Designs:
    any_of = designs(catalogs, model, gpu)
    gpus, kv = any_of.gpus[0], any_of.kv_formats[0]
    return Designs.single(any_of.model, gpus, any_of.formats[0], kv, engine, Split(tp=tp))


def graphs(d: Designs, sequences: float) -> float:
    return float(graph_bytes(d, SHIPPED.memory, np.array([sequences]), TOKENS, through_nccl(d))[0, 0])


def set_to(engine: Engine, **settings: object) -> Engine:
    return replace(engine, settings=EngineSettings.model_validate(settings))


def test_sizes_are_those_that_logs_list() -> None:
    # vLLM: 35 to 256; 51 to 512, 67 in older releases.
    assert captured_sizes(np.array([256.0, 512.0]), np.array([16.0])).tolist() == [35.0, 51.0]
    assert captured_sizes(np.array([512.0]), np.array([8.0])).tolist() == [67.0]


def test_what_is_captured_follows_the_release(catalogs: Catalogs) -> None:
    def counts(version: str) -> tuple[float, float]:
        whole, pieces = graph_counts(one(catalogs, find_engine("vllm", version)), np.array([256.0]), TOKENS)
        return float(whole[0, 0]), float(pieces[0, 0])

    assert [counts(v) for v in ("0.6", "0.9", "0.12", "0.24")] == [(35.0, 0.0), (0.0, 67.0), (35.0, 67.0), (35.0, 51.0)]


def test_few_sequences_a_small_capture_and_eager_take_less(catalogs: Catalogs) -> None:
    engine = find_engine("vllm")
    few, many = (graphs(one(catalogs, engine), n) for n in (2.0, 256.0))
    small, none = (
        graphs(one(catalogs, e), 256.0)
        for e in (set_to(engine, memory=MemorySettings(capture_size=8)), set_to(engine, eager=True))
    )
    assert 0.0 == none < few < many
    assert small < many


def test_an_all_reduce_in_nccl_is_captured_too(catalogs: Catalogs) -> None:
    engine = find_engine("vllm")
    own, nccl = one(catalogs, engine), one(catalogs, engine, gpu="L40S", tp=4)
    assert [bool(through_nccl(d)[0]) for d in (own, nccl)] == [False, True]
    sizes = [graphs(d, 256.0) / GIB for d in (own, nccl)]
    # Two L40S in one machine: 1.22; four: 2.62 (public logs).
    assert sizes[0] < 1.5 < sizes[1] < 4.5


def test_newer_releases_charge_an_estimate_but_for_dense_models(catalogs: Catalogs) -> None:
    def is_charged(version: str, model: str) -> bool:
        return bool(charged(one(catalogs, find_engine("vllm", version), model=model))[0])

    hybrid = "Qwen/Qwen3.6-35B-A3B"
    assert [is_charged(v, SEVENTY) for v in ("0.18", "0.20", "0.24")] == [False, True, False]
    assert [is_charged(v, hybrid) for v in ("0.18", "0.20", "0.24")] == [False, True, True]
    assert is_plain(catalogs.models.find(SEVENTY).model)
    assert not is_plain(catalogs.models.find(hybrid).model)


def test_seventy_b_in_16_bit_fits_two_h100_as_sources_ran_it(catalogs: Catalogs) -> None:
    parts = footprint(one(catalogs, find_engine("vllm")), SHIPPED, max_sequences=np.array([256.0]))
    assert float(parts.kv_pool[0, 0]) / GIB > 1.0


def test_no_estimate_is_taken_without_graphs(catalogs: Catalogs) -> None:
    engine = find_engine("vllm", "0.27")
    captured, eager = (
        footprint(one(catalogs, e, model="Qwen/Qwen3.6-35B-A3B"), SHIPPED, max_sequences=np.array([256.0]))
        for e in (engine, set_to(engine, eager=True))
    )
    more = float(eager.kv_pool[0, 0] - captured.kv_pool[0, 0])
    assert more == pytest.approx(SHIPPED.memory.graph_estimate * float(captured.graphs[0, 0]))


def test_releases_that_count_alike_share_what_lies_outside(catalogs: Catalogs) -> None:
    """vLLM 0.7 to 0.25 measure it in one function, which changed with 0.26; the newer runner has its own."""
    dense, mixed = (catalogs.models.find(name).model for name in (EIGHT, "Qwen/Qwen3-30B-A3B"))
    eras = [outside_era(find_engine("vllm", version), mixed) for version in ("0.6", "0.9", "0.11", "0.20", "0.26")]
    assert eras == ["vllm-0.4", "vllm-0.7", "vllm-0.7", "vllm-0.7", "vllm-0.26"]
    assert outside_era(find_engine("vllm", "0.26"), dense) == "vllm-0.23-plain"
    assert outside_era(find_engine("sglang", None), mixed) == "sglang"
