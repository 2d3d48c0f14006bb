from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.physics.counts import Load, Ranks, counts, kind_of
from planner.physics.cuts import Cuts
from planner.physics.design import Designs
from tests.planner.conftest import SEVENTY, designs, one_gpu, only

C = Coefficients.shipped()


def counted(d: Designs, load: Load) -> dict[str, float]:
    cuts = Cuts.of(d, C)
    found = counts(cuts, load, Ranks.of(cuts, load, C.operators.dp_imbalance), C)
    return {name: float(count.max()) for name, count in found.items()}


def test_a_rank_of_eight_counts_an_eighth_of_the_products(catalogs: Catalogs) -> None:
    d, load = designs(catalogs, SEVENTY, "H100"), Load(np.array([[64.0]]), 1000.0)
    one, eight = (counted(only(d, tp).take(np.array([0])), load) for tp in (1, 8))
    for name in ("linear wide flop", "attention decode flop", "attention decode elements"):
        assert one[name] == pytest.approx(8.0 * eight[name]), name


def test_a_prompt_is_counted_apart_from_the_decodes(catalogs: Catalogs) -> None:
    d = one_gpu(catalogs, "vllm", fmt="bf16")
    plain, prompt = (counted(d, Load(np.array([[4.0]]), 500.0, chunk, chunk)) for chunk in (0.0, 512.0))
    assert plain["attention prefill flop"] == plain["prefill start kernels"] == 0.0 < prompt["attention prefill flop"]
    assert prompt["attention decode elements"] == plain["attention decode elements"]


def test_a_rank_runs_one_sequence_at_least(catalogs: Catalogs) -> None:
    d = designs(catalogs, SEVENTY, "H100")
    staged = Cuts.of(d.take(d.pp == 2), C)
    assert (Ranks.of(staged, Load(np.array([[1.0]]), 100.0), 1.0).running == 1.0).all()


def test_every_matrix_is_of_a_term(catalogs: Catalogs) -> None:
    cuts = Cuts.of(one_gpu(catalogs, "vllm", "Qwen/Qwen3-30B-A3B"), C)
    assert {kind_of(shapes.matrix) for shapes in cuts.matrices} == {"linear", "experts", "head"}
