"""Measured losses of quantization as rows: what was measured, on which model, and what it can resolve.

Reads `data/quant_loss.csv`, `data/quant_noise.toml` and `data/quant_families.toml`.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

import models_db
from models_db.schema import Lax
from planner.frozen import dataclass
from planner.shipped import record_of, records_of, shipped_toml

DATA = Path(models_db.__file__).parent / "data" / "quant_loss.csv"
NOISE = DATA.with_name("quant_noise.toml")
FAMILIES = DATA.with_name("quant_families.toml")
# Both sides answer the same questions: their errors are half shared, so a difference has the error of one side.
LEAST_NOISE_PCT = 0.3
# What an FP8 cache beside the weights adds to a row of both [% of the score]: the spread of its own rows.
CACHE_NOISE_PCT = 0.7
LossKind = Literal["task", "long", "perplexity"]


@dataclass(frozen=True, slots=True)
class LossRow:
    """One measurement. recovery_pct: of the unquantized score; of a perplexity the inverse ratio; noise_pct: its
    standard error [% of the score]; questions: 0 where not stated."""

    model: str
    format: str
    kind: LossKind
    size_class: str
    metric: str
    benchmark: str
    recovery_pct: float
    noise_pct: float
    questions: int
    source: str


@dataclass(frozen=True)
class Benchmark:
    """A benchmark's resolution; see `data/quant_noise.toml`."""

    pattern: str
    name: str
    questions: Annotated[int, Field(ge=1, le=100_000_000)] | None = None
    noise_pct: Annotated[float, Field(ge=1e-3, le=100, strict=False)] | None = None
    source: str = ""


@dataclass(frozen=True)
class NoiseTable:
    """All of `data/quant_noise.toml`."""

    benchmarks: Annotated[tuple[Benchmark, ...], Lax]
    categories: dict[str, Annotated[float, Field(ge=1e-3, le=1e3, strict=False)]]


@dataclass(frozen=True)
class FamilyTable:
    """How models are told apart; see `data/quant_families.toml`."""

    packing: str
    after: str
    families: Annotated[tuple[Annotated[tuple[str, str], Lax], ...], Lax]


@cache
def _noise() -> NoiseTable:
    tables = shipped_toml(NOISE)
    return record_of(NoiseTable, tables, benchmarks=records_of(Benchmark, tables["benchmarks"]))


@cache
def _families() -> FamilyTable:
    return record_of(FamilyTable, shipped_toml(FAMILIES))


@cache
def family(name: str) -> str:
    """The generation of models that a name is of; the name itself where no table has it.

    >>> family("meta-llama/Llama-3.3-70B-Instruct"), family("Qwen/Qwen3.6-27B")
    ('llama3', 'qwen3.5')
    """
    plain = name.lower().rpartition("/")[2]
    return next((found for pattern, found in _families().families if re.search(pattern, plain)), plain)


@cache
def same_model(name: str) -> str:
    """A name under which base and chat checkpoints of one model meet. Checkpoints of another date stay apart.

    >>> same_model("meta-llama/Llama-3.1-8B-Instruct") == same_model("Llama-3.1-8B")
    True
    >>> same_model("nvidia/Llama-3.1-8B-Instruct-FP4") == same_model("Llama-3.1-8B")
    True
    >>> same_model("Qwen3-30B-A3B-Thinking-2507") == same_model("Qwen3-30B-A3B")
    False
    """
    plain = re.sub(r"\s*\(.*$", "", name.lower().rpartition("/")[2])
    plain = re.sub(_families().after, "", re.sub(r"^meta-", "", plain))
    plain = re.sub(_families().packing, "", plain)
    return re.sub(r"[^a-z0-9.]+", "", plain)


@cache
def loss_rows() -> tuple[LossRow, ...]:
    """The rows that count. Those whose baseline is broken, whose two sides are of different runners, or that were
    trained in their format stay in the file, with the reason in `flags`."""
    with DATA.open(encoding="utf-8", newline="") as handle:
        header, *rows = csv.reader(handle)
    return read_rows(dict(zip(header, row, strict=True)) for row in rows)


def read_rows(table: Iterable[dict[str, str]]) -> tuple[LossRow, ...]:
    return tuple(_row(row) for row in table if row["counts"] == "yes")


def _row(row: dict[str, str]) -> LossRow:
    benchmark = benchmark_of(row["metric"])
    asked = int(row["questions"]) if row["questions"] else 0
    kinds: dict[str, LossKind] = {"long": "long", "ppl": "perplexity"}
    cache = CACHE_NOISE_PCT if row["applies_to"] == "weights+kv" else 0.0
    return LossRow(
        model=row["model"], format=row["format"], kind=kinds.get(row["category"], "task"),
        size_class=row["size_class"], metric=row["metric"], benchmark=benchmark.name if benchmark else row["metric"],
        recovery_pct=float(row["recovery_pct"]),
        noise_pct=math.hypot(noise_pct(benchmark, row, asked), cache), questions=asked,
        source=row["source"],
    )  # fmt: skip


@cache
def benchmark_of(metric: str) -> Benchmark | None:
    return next((b for b in _noise().benchmarks if re.search(b.pattern, metric.lower())), None)


def noise_pct(benchmark: Benchmark | None, row: dict[str, str], asked: int) -> float:
    """Standard error of a recovery [% of the score].

    The measured noise of the benchmark, less where more questions were asked, more where fewer; else that of as many
    right or wrong answers; else what is usual for the category.
    """
    usual = (benchmark.questions if benchmark else None) or 0
    if benchmark is not None and benchmark.noise_pct is not None:
        return benchmark.noise_pct * math.sqrt(usual / asked) if usual and asked else benchmark.noise_pct
    questions = asked or usual
    if not questions or not row["baseline"]:
        return _noise().categories[row["category"]]
    score = float(row["baseline"]) / (1.0 if float(row["baseline"]) <= 1.0 else 100.0)
    score = min(max(score, 0.05), 0.98)
    return max(LEAST_NOISE_PCT, 100.0 * math.sqrt((1.0 - score) / (score * questions)))
