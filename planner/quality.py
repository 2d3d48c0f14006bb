"""Benchmark scores of open models, for choosing by a quality floor."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import models_db
from models_db.catalog import ModelCatalog
from models_db.errors import ModelError
from models_db.schema import Model
from planner.errors import InputError
from planner.inputs import closest

DATA = Path(models_db.__file__).parent / "data" / "model_quality.csv"


@dataclass(frozen=True, slots=True)
class Score:
    """One published score; `shots` empty where not stated."""

    model: str
    benchmark: str
    score: float
    shots: str
    source: str


@dataclass(frozen=True, slots=True)
class ScoredModel:
    model: Model
    score: Score

    @property
    def text(self) -> str:
        s = self.score
        return f"{self.model.id}: {s.benchmark} {s.score:g} ({s.shots or 'shots not stated'}; {s.source})"


@cache
def scores() -> tuple[Score, ...]:
    with DATA.open(encoding="utf-8", newline="") as handle:
        return tuple(
            Score(row["model"], row["benchmark"], float(row["score"]), row["shots"], row["source"])
            for row in csv.DictReader(handle)
        )


def models_with_score(benchmark: str, floor: float, models: ModelCatalog) -> list[ScoredModel]:
    """Catalog models whose lowest published score on `benchmark` reaches `floor`; raises InputError when none."""
    names = {score.benchmark for score in scores()}
    exact = next((name for name in names if name.lower() == benchmark.lower()), None)
    if exact is None:
        raise InputError(
            f"quality.benchmark: {benchmark[:60]!r} is not known (nearest: {', '.join(closest(benchmark, names))})"
        )
    found: dict[str, ScoredModel] = {}
    for score in scores():
        if score.benchmark != exact:
            continue
        model = _catalog_model(score.model, models)
        if model is None or model.task != "generate":
            continue
        if model.id not in found or score.score < found[model.id].score.score:
            found[model.id] = ScoredModel(model, score)
    kept = [entry for entry in found.values() if entry.score.score >= floor]
    if not kept:
        top = max(found.values(), key=lambda e: e.score.score, default=None)
        best = f"; the best is {top.model.id} with {top.score.score:g}" if top else ""
        raise InputError(f"quality.min_score: no catalog model reaches {floor:g} on {exact}{best}")
    return sorted(kept, key=lambda entry: entry.model.id)


def _catalog_model(name: str, models: ModelCatalog) -> Model | None:
    try:
        return models.find(re.sub(r"\s+", "-", re.sub(r"[-.]Inst\.?$", "", name.strip()))).model
    except ModelError:
        return None
