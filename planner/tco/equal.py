"""A model and APIs side by side on the benchmarks that both have published scores on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models_db.catalog import ModelCatalog
from models_db.matrices import total_params
from models_db.quality import Score, family, lowest_scores, score_of, score_of_checkpoint, score_table
from planner.tco.answer import QualityRow

BENCHMARKS = (
    "Arena", "Arena coding", "Arena hard prompts", "MMLU", "MMLU-Pro", "GPQA-Diamond", "HumanEval", "GSM8K", "MATH",
)  # fmt: skip


def compared(
    model: str | None, apis: Sequence[str], benchmark: str, models: ModelCatalog, extra: Iterable[Score] = ()
) -> list[QualityRow]:
    """Rows for the benchmark asked for, or for the usual ones where both sides have a score."""
    rows, mine = [], models.find(model).model.checkpoint if model else ""
    if benchmark:
        tables = {benchmark: lowest_scores(benchmark, models, extra)}
    else:
        everything = score_table(models, extra)
        tables = {name: everything.get(family(name), {}) for name in BENCHMARKS}
    for name, known in tables.items():
        own = score_of_checkpoint(model, known, models) if model else None
        for api in apis:
            theirs = score_of(api, known, models)
            if benchmark or (own is not None and theirs is not None):
                peer = _smallest(theirs.score, known, models) if theirs is not None else None
                rows.append(_row(name, mine, own, api, theirs, peer))
    return rows


def _smallest(score: float, known: dict[str, Score], models: ModelCatalog) -> str | None:
    """The catalog model of fewest parameters that scores no less."""
    as_good = [name for name, found in known.items() if found.score >= score and name in models.index]
    return min(as_good, key=lambda name: (total_params(models.lookup(name).model), name), default=None)


def _row(benchmark: str, model: str, own: Score | None, api: str, theirs: Score | None, peer: str | None) -> QualityRow:
    return QualityRow(
        benchmark=benchmark, model=model, model_score=own.score if own else None, api=api,
        api_score=theirs.score if theirs else None, open_peer=peer,
        sources=[s.text for s in (own, theirs) if s is not None],
    )  # fmt: skip
