from __future__ import annotations

import numpy as np

from planner.plan.explore import Explored
from planner.search.groups import kind_of, pair_of, pairs


def test_candidates_have_the_same_number_where_gpu_and_formats_are_the_same(explored: Explored) -> None:
    found = explored.found
    assert found is not None
    d = found.prepared.designs
    bits = np.array([round(fmt.bits) for fmt in d.formats])[d.fmt]
    assert len(np.unique(pairs(d))) == len({*zip(d.gpu.tolist(), bits.tolist(), strict=True)}) > 1
    rows = found.design[found.row]
    for numbers, columns in ((pair_of(found), (d.gpu, bits)), (kind_of(found), (d.gpu, d.fmt, d.kv))):
        named = list(zip(*(column[rows].tolist() for column in columns), strict=True))
        assert len({*zip(numbers.tolist(), named, strict=True)}) == len({*named}) == len(np.unique(numbers))


def test_runners_up_are_other_gpus_or_other_classes_of_formats(explored: Explored) -> None:
    """FP8 with a scale a tensor, a channel and a block are one class: none is the runner-up of another."""
    plan = explored.answer
    assert plan.status == "feasible"
    clusters = [plan.cluster, *(r.cluster for r in plan.runners_up)]
    d = explored.designs
    bits = {fmt.id: round(fmt.bits) for fmt in d.formats}
    told = [(c.machine.gpu, bits[c.replica.weight_format]) for c in clusters]
    assert len(told) == len({*told}) == 4
