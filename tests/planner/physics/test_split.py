from __future__ import annotations

from models_db.formats import find_format
from models_db.schema import Model
from planner.catalogs import Catalogs
from planner.physics.engines import find_engine
from planner.physics.split import Split, format_problem, split_problem, splits


def test_fp8_blocks_bite_on_narrow_shards(catalogs: Catalogs) -> None:
    model: Model = catalogs.models.find("Qwen/Qwen3-30B-A3B").model
    assert format_problem(model, find_format("fp8_block"), Split(tp=8)) is not None
    assert format_problem(model, find_format("fp8_block"), Split(tp=2)) is None


def test_experts_in_mxfp4_are_dealt_to_any_number_of_ranks(catalogs: Catalogs) -> None:
    """gpt-oss-120b is served on four and eight GPUs, though 90 groups do not divide into four."""
    model: Model = catalogs.models.find("openai/gpt-oss-120b").model
    assert all(format_problem(model, find_format("mxfp4"), Split(tp=tp)) is None for tp in (2, 4, 8))
    assert format_problem(model, find_format("awq_int4_g32"), Split(tp=4)) is not None


def test_a_dense_layer_among_experts_may_stay_in_16_bits(catalogs: Catalogs) -> None:
    """An AWQ checkpoint of GLM-4.5-Air was served at tp 4 ep 4, where 21.4 groups are in one shard of its one layer."""
    model: Model = catalogs.models.find("zai-org/GLM-4.5-Air").model
    assert format_problem(model, find_format("awq_int4_g128"), Split(tp=4, ep=4)) is None
    assert format_problem(model, find_format("awq_int4_g128"), Split(tp=4)) is not None


def test_splits_are_legal_and_bounded(catalogs: Catalogs) -> None:
    for model in catalogs.models.all():
        for split in splits(model, find_engine("vllm"), max_gpus=8):
            assert split.tp * split.pp * split.dp <= 8
            assert split_problem(model, split) is None
