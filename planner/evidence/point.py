"""A measured point, and points as columns of designs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from hardware_db.schema import Accelerator
from models_db.formats import Format, KvFormat
from models_db.schema import Model
from planner.evidence.settings import UNSTATED, Settings
from planner.physics.case import EvidenceCase, case_of
from planner.physics.design import Designs, Ints
from planner.physics.engines import Engine
from planner.physics.split import Split

T = TypeVar("T")


@dataclass(frozen=True)
class Point:
    """One row, read: what ran where, and under which load. Rates are of all `replicas` together."""

    model: Model
    gpu: Accelerator
    fmt: Format
    kv: KvFormat
    engine: Engine
    split: Split
    replicas: float
    load: str
    isl: float
    osl: float
    concurrency: float | None
    requests: float
    speculative: bool = False
    decode_only: bool = False
    rounds: float = 10.0
    fixed_lengths: bool = False
    chats: bool = False
    longest: float = 1.0
    depth: float = 0.0
    beams: float = 1.0
    assumed_prompt: bool = False
    most: float = np.inf
    grouped: float = 1.0
    common: float = 0.0
    polled: float = 0.0
    late: float = 0.0
    hit: float = 0.0
    remote_s: float = 0.0
    median: bool = False
    settings: Settings = UNSTATED

    @property
    def case(self) -> EvidenceCase:
        """What it is evidence of."""
        return case_of(self.model, self.gpu, self.engine, self.fmt, self.split)

    @property
    def key(self) -> tuple[str, str]:
        return self.model.id, self.gpu.id


def designs_of(points: Sequence[Point]) -> Designs:
    """One design a point, in the same order; all of one model."""
    gpus, gpu = _indexed([p.gpu for p in points])
    formats, fmt = _indexed([p.fmt for p in points])
    kvs, kv = _indexed([p.kv for p in points])
    runtimes, engine = _indexed([p.engine for p in points])
    names = ("tp", "pp", "ep", "dp")
    cuts: dict[str, Any] = {name: np.array([getattr(p.split, name) for p in points], dtype=np.int64) for name in names}
    return Designs(points[0].model, gpus, formats, kvs, runtimes, gpu=gpu, fmt=fmt, kv=kv, engine=engine, **cuts)


def _indexed(values: Sequence[T]) -> tuple[tuple[T, ...], Ints]:
    """Distinct values, and for each value the index of its own."""
    distinct: dict[object, int] = {}
    kept: list[T] = []
    index = []
    for value in values:
        key = _identity(value)
        if key not in distinct:
            distinct[key] = len(kept)
            kept.append(value)
        index.append(distinct[key])
    return tuple(kept), np.array(index, dtype=np.int64)


def _identity(value: object) -> object:
    """Records are told apart by what can differ between points of one file."""
    if isinstance(value, Engine):
        return (
            value.id,
            value.era,
            value.chunked_prefill,
            value.graphs_in_budget,
            value.hybrid_cache,
            value.memory_era,
            value.captures,
            value.window_pool,
            value.drafting,
            value.eager,
        )
    if isinstance(value, Accelerator):
        return value.id, value.joined.id
    return getattr(value, "id", value)
