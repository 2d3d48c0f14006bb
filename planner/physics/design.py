"""Replica designs as columns: which format on which GPU under which engine, split how."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from hardware_db.schema import Accelerator
from models_db.formats import Format, KvFormat
from models_db.schema import Model
from planner.formulas.columns import COLUMN, Columns
from planner.formulas.distinct import distinct
from planner.frozen import dataclass
from planner.physics.engines import Engine
from planner.physics.kernels import Support, kv_supported, support
from planner.physics.split import Split, format_problem, splits

Ints = npt.NDArray[np.int64]
# So few designs are told apart sooner without arrays.
FEW = 16
# A table of all codes that is more than so many times as long as there are designs takes longer than an order.
TABLE = 2


@dataclass(frozen=True)
class Designs(Columns):
    """D designs of one model; index columns point into the tuples, the rest are plain numbers."""

    model: Model
    gpus: tuple[Accelerator, ...]
    formats: tuple[Format, ...]
    kv_formats: tuple[KvFormat, ...]
    engines: tuple[Engine, ...]
    gpu: Ints = field(metadata=COLUMN)
    fmt: Ints = field(metadata=COLUMN)
    kv: Ints = field(metadata=COLUMN)
    engine: Ints = field(metadata=COLUMN)
    tp: Ints = field(metadata=COLUMN)
    pp: Ints = field(metadata=COLUMN)
    ep: Ints = field(metadata=COLUMN)
    dp: Ints = field(metadata=COLUMN)
    refused: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.gpu)

    @property
    def gpus_per_replica(self) -> Ints:
        return self.tp * self.pp * self.dp

    def of_engine(self, field: str) -> npt.NDArray[Any]:
        """A field of each design's engine."""
        return np.array([getattr(engine, field) for engine in self.engines])[self.engine]

    def groups(self, *names: str) -> tuple[list[tuple[int, ...]], Ints]:
        """Distinct combinations of the named columns, and for each design the index of its own."""
        columns = [getattr(self, name) for name in names]
        if len(self) <= FEW:
            rows = list(zip(*(column.tolist() for column in columns), strict=True))
            known = {key: i for i, key in enumerate(sorted(set(rows)))}
            return list(known), np.array([known[row] for row in rows], dtype=np.int64)
        code, codes = np.zeros(len(self), dtype=np.int64), 1
        for column in columns:
            width = int(column.max(initial=0)) + 1
            code, codes = code * width + column, codes * width
        first, inverse = _distinct(code, codes)
        keys = np.stack([column[first] for column in columns], axis=1).tolist()
        return [tuple(key) for key in keys], inverse

    def narrowed(self) -> Designs:
        """The same without GPUs and formats that none of them has."""
        parts: dict[str, Any] = {}
        for names, name in (("gpus", "gpu"), ("formats", "fmt"), ("kv_formats", "kv")):
            records, numbers = getattr(self, names), getattr(self, name).tolist()
            used = {number: i for i, number in enumerate(dict.fromkeys(numbers))}
            parts[names] = tuple(records[number] for number in used)
            parts[name] = np.array([used[number] for number in numbers], dtype=np.int64)
        return replace(self, **parts)

    def split_at(self, row: int) -> Split:
        """How the design of a row cuts the model."""
        return Split(*(int(getattr(self, name)[row]) for name in ("tp", "pp", "ep", "dp")))

    @classmethod
    def single(cls, model: Model, gpu: Accelerator, fmt: Format, kv: KvFormat, engine: Engine, split: Split) -> Designs:
        """One design, legal or not: what is known to run is not asked whether it may."""
        numbers = {"gpu": 0, "fmt": 0, "kv": 0, "engine": 0, "tp": split.tp, "pp": split.pp, "ep": split.ep}
        columns: dict[str, Any] = {name: np.array([n]) for name, n in (numbers | {"dp": split.dp}).items()}
        return cls(model, (gpu,), (fmt,), (kv,), (engine,), **columns)


def _distinct(code: Ints, codes: int) -> tuple[Ints, Ints]:
    """The first place of each code that is there, by code, and which of these each one is; `codes`: all that might be.
    Where these are few, a table tells it sooner than an order."""
    if codes > TABLE * len(code):
        return distinct(code)
    place = np.full(codes, -1, dtype=np.int64)
    place[code[::-1]] = np.arange(len(code) - 1, -1, -1)
    there = place >= 0
    return place[there], (np.cumsum(there) - 1)[code]


def enumerate_designs(
    model: Model,
    gpus: Sequence[Accelerator],
    formats: Sequence[Format],
    kv_formats: Sequence[KvFormat],
    engines: Sequence[Engine],
    *,
    max_gpus: int = 16,
    only: Split | None = None,
    networked: Collection[tuple[str, str]] | None = None,
) -> Designs:
    """All legal designs of the scope; `refused` counts the reasons of those left out.

    `networked`: accelerators, by id and topology, whose ranks may span machines; all where it is None.
    """
    blocks: list[Ints] = []
    refused: dict[str, int] = {}
    for e, engine in enumerate(engines):
        cuts = [only] if only else splits(model, engine, max_gpus=max_gpus)
        widths = np.array([(s.tp, s.pp, s.ep, s.dp) for s in cuts], dtype=np.int64).reshape(-1, 4)
        allowed = [np.array([format_problem(model, fmt, s) is None for s in cuts], dtype=bool) for fmt in formats]
        for g, gpu in enumerate(gpus):
            far = networked is None or (gpu.id, gpu.joined.id) in networked
            inside = far | (widths[:, 0] * widths[:, 3] <= gpu.joined.inside.machine)
            kvs = np.array([k for k, kv in enumerate(kv_formats) if kv_supported(kv, gpu, engine.id)], dtype=np.int64)
            runs = []
            for f, fmt in enumerate(formats):
                answer: Support = support(fmt, gpu, engine.id)
                if answer.level == "none":
                    refused[answer.why] = refused.get(answer.why, 0) + 1
                else:
                    runs.append(f)
            blocks.append(_block(g, runs, kvs, e, [widths[allowed[f] & inside] for f in runs]))
    rows = np.concatenate(blocks) if blocks else np.zeros((0, 8), dtype=np.int64)
    scope = (model, tuple(gpus), tuple(formats), tuple(kv_formats), tuple(engines))
    on, stored, cached, served, tp, pp, ep, dp = np.ascontiguousarray(rows.T)
    return Designs(*scope, on, stored, cached, served, tp, pp, ep, dp, refused)


def _block(gpu: int, formats: Sequence[int], kvs: Ints, engine: int, cuts: Sequence[Ints]) -> Ints:
    """Rows of one GPU and engine: each of its formats with each cache format in the cuts of the format."""
    counts = [len(kvs) * len(each) for each in cuts]
    out = np.empty((sum(counts), 8), dtype=np.int64)
    out[:, 0], out[:, 3] = gpu, engine
    end = np.cumsum(counts)
    for fmt, each, stop, count in zip(formats, cuts, end, counts, strict=True):
        here = out[stop - count : stop].reshape(len(kvs), len(each), 8)
        here[:, :, 1], here[:, :, 2], here[:, :, 4:] = fmt, kvs[:, None], each
    return out
