from __future__ import annotations

import pytest

from models_db.catalog import ModelCatalog
from models_db.loss_record import Loss
from models_db.quantization_loss import loss, size_class
from planner.catalogs import Catalogs

SMALL, MIDDLE, LARGE = "meta-llama/Llama-3.1-8B-Instruct", "Qwen/Qwen3-32B", "meta-llama/Llama-3.3-70B-Instruct"
EXPERTS, NATIVE = "Qwen/Qwen3-30B-A3B", "openai/gpt-oss-120b"


def weights(catalogs: Catalogs, name: str, fmt: str, *, long_context: bool = False) -> Loss:
    return loss(catalogs.models.find(name).model, fmt, long_context=long_context, name=name).weights


def cache(catalogs: Catalogs, kv: str, *, long_context: bool = False) -> Loss:
    return loss(catalogs.models.find(SMALL).model, "bf16", kv, long_context=long_context).cache


def test_size_classes(catalogs: Catalogs) -> None:
    found = [size_class(catalogs.models.find(name).model) for name in (SMALL, MIDDLE, LARGE, EXPERTS)]
    assert found == ["4-15B", "15-40B", "40-120B", "MoE"]
    assert size_class(catalogs.models.find("meta-llama/Llama-3.2-1B").model) == "<4B"
    assert size_class(catalogs.models.find("meta-llama/Llama-3.1-405B").model) == ">120B"


@pytest.mark.parametrize("name", [SMALL, MIDDLE, LARGE, EXPERTS])
def test_eight_bits_pass_one_percent_from_four_billion_parameters(catalogs: Catalogs, name: str) -> None:
    assert all(weights(catalogs, name, fmt).within(1.0) for fmt in ("fp8", "fp8_block", "int8", "mxfp8"))


@pytest.mark.parametrize(
    ("name", "fmt"),
    [
        ("meta-llama/Llama-3.2-1B", "fp8"), (SMALL, "awq_int4_g128"), (SMALL, "gptq_int4_g128"), (SMALL, "nvfp4"),
        (EXPERTS, "awq_int4_g128"), (EXPERTS, "gptq_int4_g128"), (SMALL, "mxfp4_all"), (MIDDLE, "mxfp4_all"),
        (LARGE, "mxfp4_all"), (SMALL, "gguf_q2_k"),
    ],
)  # fmt: skip
def test_what_loses_more_than_one_percent_fails(catalogs: Catalogs, name: str, fmt: str) -> None:
    assert not weights(catalogs, name, fmt).within(1.0)


def test_a_loss_says_whose_it_is(catalogs: Catalogs) -> None:
    own = weights(catalogs, SMALL, "nvfp4")
    assert own.nearness == "this model"
    assert own.rows > 10
    assert all("3.1-8B" in name for name in own.models)
    assert own.loss_pct is not None
    assert 3.0 < own.loss_pct < 6.0
    assert weights(catalogs, "Qwen/Qwen3-14B", "nvfp4").nearness == "family"
    assert weights(catalogs, "google/gemma-3-27b-it", "nvfp4").nearness == "size class"
    nothing = weights(catalogs, "meta-llama/Llama-3.2-1B", "nvfp4")
    assert (nothing.nearness, nothing.recovery_pct, nothing.range_pct) == ("none", None, None)


def test_another_checkpoint_of_the_same_shapes_is_not_this_model(catalogs: Catalogs) -> None:
    model = catalogs.models.find("Qwen/Qwen3-30B-A3B-Thinking-2507").model
    assert loss(model, "nvfp4", name="Qwen/Qwen3-30B-A3B-Thinking-2507").weights.nearness == "family"
    assert loss(model, "nvfp4", name=EXPERTS).weights.nearness == "this model"


def test_a_quantized_checkpoint_is_the_reference(catalogs: Catalogs) -> None:
    own = weights(catalogs, NATIVE, "mxfp4")
    assert (own.recovery_pct, own.kind, own.within(0.0)) == (100.0, "native", True)
    again = weights(catalogs, NATIVE, "nvfp4")
    assert again.nearness == "none"
    assert "quantized already" in again.note
    assert weights(catalogs, NATIVE, "bf16").kind == "native"


def test_finer_scales_are_bounded_by_coarser_ones(catalogs: Catalogs) -> None:
    found = weights(catalogs, SMALL, "awq_int4_g32")
    assert found.recovery_pct == weights(catalogs, SMALL, "awq_int4_g128").recovery_pct
    assert "coarser" in found.note


def test_a_larger_class_without_rows_is_bounded_by_the_next_smaller(catalogs: Catalogs) -> None:
    assert "15-40B, which lose more" in weights(catalogs, LARGE, "int8").note


def test_perplexity_decides_only_where_no_task_was_measured(catalogs: Catalogs) -> None:
    ranked = weights(catalogs, EXPERTS, "gguf_q6_k")
    assert ranked.kind == "perplexity"
    assert "no task" in ranked.note
    assert weights(catalogs, SMALL, "gguf_q6_k").kind == "task"


def test_an_fp8_cache_passes_short_tasks_and_loses_on_long_ones(catalogs: Catalogs) -> None:
    short, long = cache(catalogs, "fp8"), cache(catalogs, "fp8", long_context=True)
    assert short.within(1.0)
    assert long.loss_pct is not None
    assert 2.0 < long.loss_pct < 7.0
    assert cache(catalogs, "int8").within(1.0)
    assert not cache(catalogs, "int4").within(1.0)
    assert not cache(catalogs, "fp4").within(1.0)
    assert cache(catalogs, "int8", long_context=True).nearness == "none"


def test_a_long_workload_makes_weights_less_sure(catalogs: Catalogs) -> None:
    short, long = (weights(catalogs, SMALL, "fp8", long_context=x) for x in (False, True))
    assert long.stderr_pct > short.stderr_pct
    assert "no long-context" in long.note
    measured = weights(catalogs, SMALL, "awq_int4_g128", long_context=True)
    assert measured.recovery_pct is not None
    assert measured.recovery_pct < (weights(catalogs, SMALL, "awq_int4_g128").recovery_pct or 0.0)


def test_weights_and_cache_are_combined(catalogs: Catalogs) -> None:
    both = loss(catalogs.models.find(SMALL).model, "fp8", "fp8")
    together = both.together
    assert together.loss_pct is not None
    assert together.loss_pct > max(both.weights.loss_pct or 0.0, both.cache.loss_pct or 0.0)
    assert both.within(1.0)
    assert not both.within(0.5)


BASES = ("meta-llama/Llama-3.3-70B-Instruct", "Qwen/Qwen3-32B", "Qwen/Qwen3-235B-A22B", "deepseek-ai/DeepSeek-R1-0528")
PACKED = (
    "{}-FP4", "{}-NVFP4", "{}-FP4-v2", "{}-FP8", "{}-FP8-dynamic", "{}-FP8-KV", "{}-AWQ", "{}-AWQ-INT4", "{}-GPTQ-Int4",
    "{}-quantized.w4a16", "{}-quantized.w8a8", "{}-bnb-4bit", "{}-4bit", "{}-MXFP4", "{}-GGUF", "{}-GGUF:Q4_K_M",
)  # fmt: skip


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("packed", PACKED)
def test_one_checkpoint_has_one_loss_under_its_base_name_and_its_packed_ones(base: str, packed: str) -> None:
    model = ModelCatalog(None).find(base).model
    name = packed.format(f"someone/{base.partition('/')[2]}")
    for weights in ("nvfp4", "fp8", "awq_int4_g128"):
        by_base, by_name = loss(model, weights, "fp8", name=base), loss(model, weights, "fp8", name=name)
        assert by_base == by_name
