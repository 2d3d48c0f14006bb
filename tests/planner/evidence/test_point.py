from __future__ import annotations

import numpy as np

from planner.catalogs import Catalogs
from planner.evidence.point import designs_of
from tests.planner.calibration.conftest import points_of


def test_points_are_designs_in_their_order_and_alike_records_are_held_once(catalogs: Catalogs) -> None:
    points = points_of(catalogs, {}, {"gpu": "B200"}, {})
    found = designs_of(points)
    assert [found.gpus[i].id for i in found.gpu] == [p.gpu.id for p in points]
    assert np.array_equal(found.tp, [p.split.tp for p in points])
    assert len(found.gpus) == len({p.gpu.id for p in points})
    assert len(found.engines) == 1
