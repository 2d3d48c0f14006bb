"""Benchmark scores of models, for choosing by a quality floor and for comparing at equal quality.

The box holds published scores of open models. Scores of others come from a user's own file; none is guessed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import models_db
from models_db.catalog import ModelCatalog
from models_db.schema import Model
from planner.errors import InputError
from planner.inputs import MAX_BYTES, closest

DATA = Path(models_db.__file__).parent / "data" / "model_quality.csv"
COLUMNS = ("model", "benchmark", "score", "shots", "source")


@dataclass(frozen=True, slots=True)
class Score:
    """One published score; `shots` empty where not stated."""

    model: str
    benchmark: str
    score: float
    shots: str
    source: str

    @property
    def text(self) -> str:
        return f"{self.benchmark} {self.score:g} ({self.shots or 'shots not stated'}; {self.source})"


@dataclass(frozen=True, slots=True)
class ScoredModel:
    model: Model
    score: Score

    @property
    def text(self) -> str:
        return f"{self.model.id}: {self.score.text}"


@cache
def scores() -> tuple[Score, ...]:
    """The published scores in the box. Where a source gives a model several on one benchmark, they are of splits whose
    names are lost (languages, mostly): none of them counts."""
    with DATA.open(encoding="utf-8", newline="") as handle:
        rows = [
            Score(row["model"], row["benchmark"], float(row["score"]), row["shots"], row["source"])
            for row in csv.DictReader(handle)
        ]
    values: dict[tuple[str, str, str], set[float]] = {}
    for row in rows:
        values.setdefault((row.model, row.benchmark, row.source), set()).add(row.score)
    return tuple(row for row in rows if len(values[row.model, row.benchmark, row.source]) == 1)


def read_scores(path: Path) -> tuple[Score, ...]:
    """A user's own scores: a CSV with the columns model, benchmark, score (0 to 100), shots, source."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: larger than {MAX_BYTES} bytes")
        with path.open(encoding="utf-8-sig", newline="") as handle:
            table = csv.DictReader(handle)
            missing = [name for name in COLUMNS if name not in (table.fieldnames or ())]
            if missing:
                raise InputError(f"{path}: no column {missing[0]!r} (columns: {', '.join(COLUMNS)})")
            return tuple(_own(path, number, row) for number, row in enumerate(table, 2))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read ({type(error).__name__})") from error


def _own(path: Path, line: int, row: dict[str, str | None]) -> Score:
    try:
        value = float(row["score"] or "")
    except (TypeError, ValueError):
        value = -1.0
    if not 0.0 <= value <= 100.0:
        raise InputError(f"{path}: line {line}: score is not a number from 0 to 100")
    texts = [str(row[name] or "").strip()[:200] for name in ("model", "benchmark", "shots", "source")]
    if not all((texts[0], texts[1], texts[3])):
        raise InputError(f"{path}: line {line}: model, benchmark and source are needed")
    return Score(texts[0], texts[1], value, texts[2], texts[3])


def family(benchmark: str) -> str:
    """A benchmark's name without how it was run.

    >>> family("GPQA-Diamond (Pass@1)") == family("GPQA Diamond (CoT)"), family("MMLU (EM)")
    (True, 'mmlu')
    """
    return re.sub(r"[\s_-]+", " ", re.sub(r"[(\[].*$", "", benchmark.strip(' "_'))).strip().lower()


Table = dict[str, dict[str, Score]]


def score_table(models: ModelCatalog, extra: Iterable[Score] = ()) -> Table:
    """By benchmark family, then by catalog model or by the name that a user's file states: the score that counts.

    Of several scores of one checkpoint the lowest counts; of several checkpoints of one model (base, instruct) the best
    does. What a user states replaces what the box has.
    """
    ids = {name: _catalog_id(name, models) for name in dict.fromkeys(score.model for score in scores())}
    checkpoints: dict[tuple[str, str, str], Score] = {}
    for score in scores():
        model_id = ids[score.model]
        if model_id is not None:
            key = family(score.benchmark), model_id, _plain(score.model).lower()
            checkpoints[key] = min(checkpoints.get(key, score), score, key=lambda s: s.score)
    found: Table = {}
    for (benchmark, model_id, _), score in checkpoints.items():
        table = found.setdefault(benchmark, {})
        table[model_id] = max(table.get(model_id, score), score, key=lambda s: s.score)
    for score in extra:
        name = named(score.model, models) or score.model.lower()
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
        if found is not None and _bare(found.model.id) == _bare(tried):
            return found.model.id
    return None


def score_of(name: str, known: dict[str, Score], models: ModelCatalog) -> Score | None:
    """The score of an API (`provider/model`) or a model, by what a user states or as the catalog model it names."""
    tried = (name.lower(), name.partition("/")[2].lower(), named(name, models))
    return next((known[key] for key in tried if key in known), None)


def _bare(name: str) -> str:
    """The last part of an id without words for tuning and packing."""
    plain = re.sub(r"[\W_]+", "-", name.rpartition("/")[2].lower())
    return re.sub(r"-(instruct|chat|it|hf|fp8|turbo|versatile|instant)(?=-|$)", "", plain)


def models_with_score(
    benchmark: str, floor: float, models: ModelCatalog, extra: Iterable[Score] = ()
) -> list[ScoredModel]:
    """Catalog models whose lowest published score on `benchmark` reaches `floor`; raises InputError when none."""
    found = {
        name: ScoredModel(models.lookup(name).model, score)
        for name, score in lowest_scores(benchmark, models, extra).items()
        if name in models.index
    }
    kept = [entry for entry in found.values() if entry.score.score >= floor]
    if not kept:
        top = max(found.values(), key=lambda e: e.score.score, default=None)
        best = f"; the best is {top.model.id} with {top.score.score:g}" if top else ""
        raise InputError(f"quality.min_score: no catalog model reaches {floor:g} on {benchmark}{best}")
    return sorted(kept, key=lambda entry: entry.model.id)


def _plain(name: str) -> str:
    """A table's name for a checkpoint, spelt as hubs do."""
    spelt = re.sub(r"[-. ]Inst\.?$", "-Instruct", re.sub(r"\s*\(.*$", "", name.strip()))
    return re.sub(r"[\s-]+", "-", spelt)


def _catalog_id(name: str, models: ModelCatalog) -> str | None:
    """The generating catalog model that a table's name stands for; a beginning suffices where only one has it."""
    found = models.match(_plain(name))
    if found is None:
        start = _plain(name).lower() + "-"
        hits = [i for i in models.index if i.partition("/")[2].lower().startswith(start)]
        found = models.match(hits[0]) if len(hits) == 1 else None
    return found.model.id if found is not None and found.model.task == "generate" else None
