"""Points with made-up figures: what is left out together depends on names only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from planner.catalogs import Catalogs
from planner.evidence.points import Point, read_point
from planner.evidence.serving import MeasuredPoints
from tests.planner.evidence.conftest import POINT


def points_of(catalogs: Catalogs, *cells: dict[str, str]) -> list[Point]:
    return [read_point(POINT | more, catalogs) for more in cells]


def evidence(points: Sequence[Point], sources: Sequence[str]) -> MeasuredPoints:
    """One measured point each of one second, one second and one token a second, of weight one."""
    ones = np.ones(len(points))
    rows = tuple(range(len(points)))
    return MeasuredPoints(tuple(points), rows, tuple(sources), ones, ones, ones, ones)


def of_load(point: Point, load: str) -> Point:
    return replace(point, load=load)
