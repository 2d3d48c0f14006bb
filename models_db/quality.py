"""Benchmark scores of models, for choosing by a quality floor and for comparing at equal quality.

The box holds published scores of open models, and Arena ratings of open and closed ones. Scores of others come from a
user's own file; none is guessed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

import models_db
from models_db.catalog import ModelCatalog, looks_like_path
from models_db.ratings import arena_rows
from models_db.schema import HIGHEST_SCORE, Lax, Model
from models_db.spelling import bare
from planner.errors import InputError, closest
from planner.files import table_of
from planner.frozen import dataclass
from planner.shipped import record_of, shipped_toml

DATA = Path(models_db.__file__).parent / "data" / "model_quality.csv"
MAX_BYTES = 2**20
COLUMNS = ("model", "benchmark", "score", "shots", "source")


@dataclass(frozen=True)
class Thinking:
    """Which checkpoints think; see `data/thinking.toml`."""

    patterns: Annotated[tuple[str, ...], Lax]
    least_output_tokens: Annotated[int, Field(ge=1, le=100_000_000)]


@cache
def _thinking() -> Thinking:
    return record_of(Thinking, shipped_toml(DATA.with_name("thinking.toml")))


@dataclass(frozen=True, slots=True)
class Score:
    """One published score: per cent, or the rating of an arena.

    shots: its conditions, empty where not stated; catalog: the catalog model whose weights it was, where there is one.
    """

    model: str
    benchmark: str
    score: float
    shots: str
    source: str
    catalog: str | None = None

    @property
    def thinks(self) -> bool:
        """Whether the checkpoint or its run is stated to think before it answers."""
        text = f"{self.model} {self.shots}".lower()
        return any(re.search(pattern, text) for pattern in _thinking().patterns)

    def within_reach(self, output_tokens: float) -> bool:
        """Whether outputs of so many tokens on average leave room for the thinking that the score was reached by."""
        return not self.thinks or output_tokens >= _thinking().least_output_tokens

    @property
    def of_record(self) -> str | None:
        """The catalog model that the score is of: its base or chat checkpoint, none of another date or kind."""
        if self.catalog is None or _edition(self.model) - _edition(self.catalog):
            return None
        return self.catalog

    @property
    def text(self) -> str:
        return f"{self.benchmark} {self.score:g} ({self.shots or 'shots not stated'}; {self.source})"


@dataclass(frozen=True, slots=True)
class ScoredModel:
    """A model's shapes, the score that counts, and the name of the checkpoint that it is of."""

    model: Model
    score: Score
    checkpoint: str

    @property
    def text(self) -> str:
        return f"{self.checkpoint}: {self.score.text}{'; reached by thinking' if self.score.thinks else ''}"


@cache
def scores() -> tuple[Score, ...]:
    """Every score in the box: what makers and reports state, and Arena's ratings.

    Where a report gives a model several on one benchmark, they are of splits whose names are lost (languages, mostly):
    none of them counts.
    """
    with DATA.open(encoding="utf-8", newline="") as handle:
        rows = [
            Score(
                row["model"], row["benchmark"], float(row["score"]), row["shots"], row["source"], row["catalog"] or None
            )
            for row in csv.DictReader(handle)
        ]
    values: dict[tuple[str, str, str], set[float]] = {}
    for row in rows:
        values.setdefault((row.model, row.benchmark, row.source), set()).add(row.score)
    kept = (row for row in rows if len(values[row.model, row.benchmark, row.source]) == 1)
    return (*kept, *(Score(*row) for row in arena_rows()))


def read_scores(path: Path) -> tuple[Score, ...]:
    """A user's own scores: a CSV with the columns model, benchmark, score (per cent, or a rating), shots, source."""
    header, rows = table_of(path, MAX_BYTES)
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise InputError(f"{path}: no column {missing[0]!r} (columns: {', '.join(COLUMNS)})")
    found = tuple(_own(path, number, row) for number, row in enumerate(rows, 2))
    if not found:
        raise InputError(f"{path}: a header without rows")
    return found


def _own(path: Path, line: int, row: dict[str | None, str | None]) -> Score:
    try:
        value = float(row["score"] or "")
    except (TypeError, ValueError):
        value = -1.0
    if not 0.0 <= value <= HIGHEST_SCORE:
        raise InputError(f"{path}: line {line}: score is not a number from 0 to {HIGHEST_SCORE:g}")
    texts = [str(row[name] or "").strip()[:200] for name in ("model", "benchmark", "shots", "source")]
    if not all((texts[0], texts[1], texts[3])):
        raise InputError(f"{path}: line {line}: model, benchmark and source are needed")
    return Score(texts[0], texts[1], value, texts[2], texts[3])


@cache
def family(benchmark: str) -> str:
    """A benchmark's name without how it was run.

    >>> family("GPQA-Diamond (Pass@1)") == family("GPQA Diamond (CoT)"), family("MMLU (EM)")
    (True, 'mmlu')
    """
    return re.sub(r"[\s_-]+", " ", re.sub(r"[(\[].*$", "", benchmark.strip(' "_'))).strip().lower()


ScoreTable = dict[str, dict[str, Score]]


@cache
def _box() -> ScoreTable:
    """`score_table` without what a user states."""
    checkpoints: dict[tuple[str, str, str], Score] = {}
    for score in scores():
        for name in filter(None, (spelling(score.model), score.of_record)):
            key = family(score.benchmark), name, _checkpoint(score.model)
            checkpoints[key] = min(checkpoints.get(key, score), score, key=lambda s: s.score)
    found: ScoreTable = {}
    for (benchmark, name, _), score in checkpoints.items():
        table = found.setdefault(benchmark, {})
        table[name] = max(table.get(name, score), score, key=lambda s: s.score)
    return found


def benchmarks() -> list[str]:
    """The families of benchmarks that the box has scores on."""
    return list(_box())


def score_table(models: ModelCatalog, extra: Iterable[Score] = ()) -> ScoreTable:
    """By benchmark family, then by catalog model and by the spelling of the scored name: the score that counts.

    Of several scores of one checkpoint the lowest counts; of several checkpoints of one model (base, instruct) the best
    does. What a user states replaces what the box has.
    """
    found = {benchmark: dict(table) for benchmark, table in _box().items()}
    for score in extra:
        for name in filter(None, (spelling(score.model), named(score.model, models))):
            found.setdefault(family(score.benchmark), {})[name] = score
    return found


def lowest_scores(benchmark: str, models: ModelCatalog, extra: Iterable[Score] = ()) -> dict[str, Score]:
    """One benchmark of `score_table`; raises InputError with the nearest names where no model has a score on it."""
    table, wanted = score_table(models, extra), family(benchmark)
    if wanted not in table:
        near = ", ".join(closest(wanted, table))
        raise InputError(f"quality.benchmark: {benchmark[:60]!r} is not known (nearest: {near})")
    return table[wanted]


def named(name: str, models: ModelCatalog) -> str | None:
    """The catalog id of this model, tuned or packed otherwise at most, or None: the same shapes alone say nothing."""
    for tried in (name, name.partition("/")[2]):
        found = models.match(tried) if tried else None
        if found is not None and bare(found.model.id) == bare(tried):
            return found.model.id
    return None


def score_of(name: str, known: dict[str, Score], models: ModelCatalog) -> Score | None:
    """The score of an API (`provider/model`) or a model, by what a user states or as the catalog model it names."""
    tried = (spelling(name), named(name, models), spelling(name, loosely=True))
    return next((known[key] for key in tried if key in known), None)


def score_of_checkpoint(name: str, known: dict[str, Score], models: ModelCatalog) -> Score | None:
    """The score of a model that is hosted: of its record, but where the name says another date, kind or format than the
    record's, of exactly that checkpoint. Raises ModelError where the model is not known."""
    model = models.find(name).model
    another = model.native.checkpoint is not None or bool(_edition(name) - _edition(model.id))
    return known.get(spelling(name) if another and not looks_like_path(name) else model.id)


@cache
def spelling(name: str, *, loosely: bool = False) -> str:
    """A model's name with its words sorted, since hosts order them differently, and its numbers as they come; `loosely`
    without day and channel.

    >>> spelling("google/gemini-flash-1.5") == spelling("Gemini 1.5 Flash")
    True
    >>> spelling("anthropic/claude-3-5-haiku-20241022", loosely=True) == spelling("claude-3.5-haiku")
    True
    """
    plain = name.lower().rpartition("/")[2].partition(":")[0]
    if loosely:
        plain = re.sub(r"-(20\d{2}-?\d{2}-?\d{2}|preview)(?=-|$)", "", plain)
        plain = re.sub(r"(-\d+o?(-.*)?)-latest$", r"\1", plain)
        plain = re.sub(r"^(claude-[a-z]+-\d+)-0$", r"\1", plain)
    words = re.findall(r"[a-z0-9]+", plain)
    return " ".join((*sorted(w for w in words if w.isalpha()), *(w for w in words if not w.isalpha())))


def scored_models(known: Mapping[str, Score], models: ModelCatalog) -> list[ScoredModel]:
    """Catalog models with a score on one benchmark, and the other checkpoints of their records that have one."""
    found = {
        name: ScoredModel(models.lookup(name).model, score, name)
        for name, score in known.items()
        if name in models.index
    }
    for score in known.values():
        if score.catalog in models.index and score.of_record is None:
            found.setdefault(score.model, ScoredModel(models.lookup(str(score.catalog)).model, score, score.model))
    return sorted(found.values(), key=lambda entry: (entry.model.id, entry.checkpoint))


def models_with_score(
    benchmark: str, floor: float, models: ModelCatalog, extra: Iterable[Score] = ()
) -> list[ScoredModel]:
    """Catalog models whose lowest published score on `benchmark` reaches `floor`; raises InputError when none."""
    found = scored_models(lowest_scores(benchmark, models, extra), models)
    kept = [entry for entry in found if entry.score.score >= floor]
    if not kept:
        top = max(found, key=lambda e: e.score.score, default=None)
        best = f"; the best is {top.checkpoint} with {top.score.score:g}" if top else ""
        raise InputError(f"quality.min_score: no catalog model reaches {floor:g} on {benchmark}{best}")
    return kept


@cache
def _checkpoint(name: str) -> str:
    """A table's name for a checkpoint, spelt as hubs do."""
    spelt = re.sub(r"[-. ]Inst\.?$", "-Instruct", re.sub(r"\s*\(.*$", "", name.strip()))
    return re.sub(r"[\s-]+", "-", spelt).lower()


@cache
def _edition(name: str) -> frozenset[str]:
    """Words of a name that make it another checkpoint: a date of four digits, a kind that thinks.

    >>> sorted(_edition("Qwen3-30B-A3B-Thinking-2507"))
    ['2507', 'thinking']
    """
    plain = re.sub(r"\(.*$", "", name.lower())
    return frozenset(re.findall(r"(?<![\d.])\d{4}(?![\d.])|thinking", plain))
