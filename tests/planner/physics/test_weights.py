from __future__ import annotations

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
