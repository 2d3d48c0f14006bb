"""Ranks that share a cache."""

from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.physics.context_ranks import holders, sharing_problem, sharing_ranks
from planner.physics.deployment import Deployment, one_design
from planner.physics.kv_cache import cache_bytes
from planner.physics.split import Split
from planner.request.engine import EngineSettings


def settings(ranks: int) -> EngineSettings:
    return EngineSettings.model_validate({"memory": {"context_ranks": ranks}})


@pytest.mark.parametrize(
    ("name", "tp", "held"),
    [("deepseek-ai/DeepSeek-V3", 8, 8), ("Qwen/Qwen3-235B-A22B", 8, 2), ("meta-llama/Llama-3.1-8B", 8, 1),
     ("Qwen/Qwen3-Next-80B-A3B-Instruct", 4, 1)],
)  # fmt: skip
def test_latents_and_few_heads_are_held_by_several_ranks(name: str, tp: int, held: int, catalogs: Catalogs) -> None:
    model = catalogs.models.find(name).model
    assert holders(model, tp) == held
    assert (sharing_problem(model, tp, held), bool(sharing_problem(model, tp, 2 * held))) == ("", True)


def test_ranks_that_share_hold_a_part_of_each_token(catalogs: Catalogs) -> None:
    def alone(ranks: int) -> float:
        named = Deployment("deepseek-ai/DeepSeek-V3", "H200", split=Split(tp=8), settings=settings(ranks))
        design, _ = one_design(named, catalogs)
        assert float(sharing_ranks(design)[0]) == ranks
        return float(cache_bytes(design, np.array(65536.0))[0])

    assert alone(8) == pytest.approx(alone(1) / 8)


def test_more_than_hold_the_same_are_refused(catalogs: Catalogs) -> None:
    named = Deployment("meta-llama/Llama-3.1-8B", "H100", split=Split(tp=2), settings=settings(2))
    with pytest.raises(InputError, match=r"engine\.memory\.context_ranks: 2 of"):
        one_design(named, catalogs)
