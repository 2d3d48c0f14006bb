from __future__ import annotations

from dataclasses import replace

import pytest

from models_db.formats import find_format
from models_db.matrices import matrices, total_params
from planner.catalogs import Catalogs
from planner.formulas.memory import GIB
from planner.physics.split import Split, split_problem
from planner.physics.weights import rank_shape, weights_bytes
from tests.planner.conftest import SEVENTY


def test_loading_log_of_llama_70b_tp8(catalogs: Catalogs) -> None:
    # vLLM "Model loading took 16.4605 GiB": TP 8, BF16.
    model = catalogs.models.find(SEVENTY).model
    got = weights_bytes(model, find_format("bf16"), Split(tp=8)) / GIB
    assert got == pytest.approx(16.4605, abs=6e-4)


def test_int4_never_takes_more_than_fp8(catalogs: Catalogs) -> None:
    for model in catalogs.models.all():
        fp8 = weights_bytes(model, find_format("fp8"), Split())
        for name in ("awq_int4_g128", "gptq_int4_g32", "nvfp4", "bnb_nf4"):
            assert weights_bytes(model, find_format(name), Split()) <= fp8, (model.id, name)


@pytest.mark.parametrize("tp", [2, 4, 8])
def test_shards_add_up_to_the_whole_plus_what_is_replicated(catalogs: Catalogs, tp: int) -> None:
    for model in catalogs.models.all():
        if split_problem(model, Split(tp=tp)):
            continue
        for matrix in matrices(model):
            rows, cols, experts = rank_shape(matrix, Split(tp=tp))
            part = rows * cols * experts * matrix.copies
            if matrix.shard == "replicated":
                assert part == matrix.rows * matrix.cols * matrix.copies
            elif matrix.shard == "kv" and matrix.kv_heads < tp:
                assert part * tp == matrix.rows * matrix.cols * matrix.copies * tp // matrix.kv_heads
            elif matrix.shard == "vocab":
                assert 0 <= part * tp - matrix.rows * matrix.cols * matrix.copies < 64 * 8 * matrix.cols
            else:
                assert part * tp >= matrix.rows * matrix.cols * matrix.experts * matrix.copies


def test_totals_do_not_depend_on_the_format(catalogs: Catalogs) -> None:
    model = catalogs.models.find(SEVENTY).model
    raw = total_params(model) * 2
    assert weights_bytes(model, find_format("bf16"), Split()) == pytest.approx(raw, rel=0.02)


def test_a_rank_of_four_takes_23_of_90_groups_of_an_expert(catalogs: Catalogs) -> None:
    """736 of 2,880 columns, not 720: 36 layers of 128 experts of three matrices of 2,880 by 16 columns at 4.25 bits."""
    model, mxfp4 = catalogs.models.find("openai/gpt-oss-120b").model, find_format("mxfp4")
    dealt = weights_bytes(model, mxfp4, Split(tp=4))
    even = weights_bytes(model, replace(mxfp4, dealt=False), Split(tp=4))
    assert dealt - even == pytest.approx(36 * 128 * 3 * 2880 * 16 * 4.25 / 8, rel=0.1)  # tensors are rounded
