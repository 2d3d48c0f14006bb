from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.physics.design import Designs
from planner.physics.drafting import Drafting
from planner.physics.engines import find_engine
from planner.physics.pages import group_layers, is_mixed, paged_bytes, paging
from planner.physics.split import Split
from planner.request.engine import EngineSettings
from planner.request.memory import MemorySettings
from tests.planner.conftest import SEVENTY, designs

HYBRID, WINDOWED = "Qwen/Qwen3.6-35B-A3B", "google/gemma-4-26B-A4B-it"


def one(catalogs: Catalogs, name: str, memory: MemorySettings, kv: str = "bf16") -> Designs:
    any_of = designs(catalogs, name, "H100", kv=kv)
    engine = replace(find_engine("vllm", "0.20"), settings=EngineSettings(memory=memory))
    return Designs.single(any_of.model, any_of.gpus[0], any_of.formats[0], any_of.kv_formats[0], engine, Split())


def test_layers_of_one_kind_are_not_divided(catalogs: Catalogs) -> None:
    assert not is_mixed(catalogs.models.find(SEVENTY).model)
    assert is_mixed(catalogs.models.find(HYBRID).model)
    assert is_mixed(catalogs.models.find(WINDOWED).model)
    assert (group_layers([25, 5]), group_layers([12, 11])) == (5, 12)


def test_a_state_page_is_as_large_as_a_block(catalogs: Catalogs) -> None:
    # vLLM on GB10: an attention block of 1,056 tokens in BF16, of 2,096 in FP8; of 1,072 with a state of 16 bit.
    for memory, kv, tokens in (
        (MemorySettings(), "bf16", 1056), (MemorySettings(), "fp8", 2096),
        (MemorySettings(state_type="float16"), "fp8", 1072),
    ):  # fmt: skip
        cut = paging(one(catalogs, HYBRID, memory, kv))
        assert [float(held[0]) for _, kind, held in cut.groups if not kind.is_state] == [tokens]
        assert cut.number == 4


def test_drafts_widen_a_block_and_a_group(catalogs: Catalogs) -> None:
    # djangodevreng/dgx-spark-benchmarks: Nemotron 3 Super, FP8 cache: blocks of 8,432 tokens and 1,399,712 tokens in
    # 36.25 GiB, which are those of its drafting layer with three drafts.
    plain = one(catalogs, "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16", MemorySettings(), "fp8")
    drafted = plain.engines[0].speculating(Drafting("mtp", 3))
    cut = paging(replace(plain, engines=(drafted,)))
    tokens = next(float(held[0]) for _, kind, held in cut.groups if not kind.is_state)
    assert (cut.layers, cut.number, tokens) == (9, 6, 8432)
    assert 36.25 * 2**30 // float(cut.block_bytes[0]) // cut.number * tokens == 1_399_712


def test_prefix_caching_keeps_a_second_state(catalogs: Catalogs) -> None:
    # Deployment note 57769339834: 6.08 GiB of FP8 blocks hold 65,536 tokens 8.0 times with it.
    length, pool = np.array(65_536.0), 6.08 * 2**30
    plain, cached = (
        pool / float(paged_bytes(one(catalogs, HYBRID, MemorySettings(prefix_caching=on), "fp8"), length)[0])
        for on in (False, True)
    )
    assert cached == pytest.approx(8.0, rel=0.02)
    assert plain == pytest.approx(8.69, rel=0.02)


def test_a_window_holds_one_block_more_than_it_needs_and_the_chunk_in_flight(catalogs: Catalogs) -> None:
    d = one(catalogs, WINDOWED, MemorySettings())
    still, moving = (float(paged_bytes(d, np.array(100_000.0), np.array(n))[0]) for n in (0.0, 8192.0))
    cut = paging(d)
    windows = sum(count for count, kind, _ in cut.groups if kind.layer.window)
    held = next(float(h[0]) for _, kind, h in cut.groups if kind.layer.window)
    assert (moving - still) / float(cut.block_bytes[0]) == pytest.approx(windows * 8192.0 / held, rel=0.01)
