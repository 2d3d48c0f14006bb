from __future__ import annotations

import numpy as np

from planner.plan.explore import Explored
from planner.search.groups import kind_of, pair_of, pairs


def test_candidates_have_the_same_number_where_gpu_and_formats_are_the_same(explored: Explored) -> None:
    found = explored.found
    assert found is not None
    d = found.prepared.designs
    assert len(np.unique(pairs(d))) == len({*zip(d.gpu.tolist(), d.fmt.tolist(), strict=True)}) > 1
    rows = found.design[found.row]
    for numbers, columns in ((pair_of(found), (d.gpu, d.fmt)), (kind_of(found), (d.gpu, d.fmt, d.kv))):
        named = list(zip(*(column[rows].tolist() for column in columns), strict=True))
        assert len({*zip(numbers.tolist(), named, strict=True)}) == len({*named}) == len(np.unique(numbers))
