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
from models_db.errors import ModelError
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


def known_family(benchmark: str, extra: Iterable[Score] = ()) -> str:
    """The family of a benchmark that some model has a score on; raises InputError with the nearest otherwise."""
    names = {family(score.benchmark): score.benchmark for score in (*scores(), *extra)}
    wanted = family(benchmark)
    if wanted not in names:
        near = ", ".join(names[name] for name in closest(wanted, names))
        raise InputError(f"quality.benchmark: {benchmark[:60]!r} is not known (nearest: {near})")
    return wanted


def lowest_scores(benchmark: str, models: ModelCatalog, extra: Iterable[Score] = ()) -> dict[str, Score]:
    """By catalog model, or by the name that a user's file states: its score in a benchmark's family.

    Of several scores of one checkpoint the lowest counts; of several checkpoints of one model (base, instruct) the best
    does. What a user states replaces what the box has.
    """
    wanted = known_family(benchmark, extra)
    checkpoints: dict[tuple[str, str], Score] = {}
    for score in scores():
        model = _catalog_model(score.model, models) if family(score.benchmark) == wanted else None
        if model is not None and model.task == "generate":
            key = model.id, _plain(score.model).lower()
            checkpoints[key] = min(checkpoints.get(key, score), score, key=lambda s: s.score)
    found: dict[str, Score] = {}
    for (model_id, _), score in checkpoints.items():
        found[model_id] = max(found.get(model_id, score), score, key=lambda s: s.score)
    stated = {named(score.model, models) or score.model.lower(): score for score in extra if _is(score, wanted)}
    return found | stated


def _is(score: Score, wanted: str) -> bool:
    return family(score.benchmark) == wanted


def named(name: str, models: ModelCatalog) -> str | None:
    """The catalog id of this model, tuned or packed otherwise at most, or None: the same shapes alone say nothing."""
    for tried in (name, name.partition("/")[2]):
        try:
            found = models.find(tried).model.id if tried else None
        except ModelError:
            continue
        if found is not None and _bare(found) == _bare(tried):
            return found
    return None


def _bare(name: str) -> str:
    """The last part of an id without words for tuning and packing."""
    plain = re.sub(r"[\W_]+", "-", name.rpartition("/")[2].lower())
    return re.sub(r"-(instruct|chat|it|hf|fp8|turbo|versatile|instant|lite|v0-\d)(?=-|$)", "", plain)


def models_with_score(
    benchmark: str, floor: float, models: ModelCatalog, extra: Iterable[Score] = ()
) -> list[ScoredModel]:
    """Catalog models whose lowest published score on `benchmark` reaches `floor`; raises InputError when none."""
    found = {
        name: ScoredModel(models.find(name).model, score)
        for name, score in lowest_scores(benchmark, models, extra).items()
        if named(name, models)
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


def _catalog_model(name: str, models: ModelCatalog) -> Model | None:
    try:
        return models.find(_plain(name)).model
    except ModelError:
        start = _plain(name).lower() + "-"
        hits = [i for i in models.index if i.partition("/")[2].lower().startswith(start)]
        return models.find(hits[0]).model if len(hits) == 1 else None
