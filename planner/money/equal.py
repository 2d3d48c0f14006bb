"""A model and APIs side by side on the benchmarks that both have published scores on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models_db.catalog import ModelCatalog
from planner.money.answer import QualityRow
from planner.quality import Score, family, lowest_scores, score_of, score_table

BENCHMARKS = ("MMLU", "MMLU-Pro", "GPQA-Diamond", "HumanEval", "GSM8K", "MATH")


def compared(
    model: str | None, apis: Sequence[str], benchmark: str, models: ModelCatalog, extra: Iterable[Score] = ()
) -> list[QualityRow]:
    """Rows for the benchmark asked for, or for the usual ones where both sides have a score."""
    rows, mine = [], models.find(model).model.id if model else ""
    if benchmark:
        tables = {benchmark: lowest_scores(benchmark, models, extra)}
    else:
        everything = score_table(models, extra)
        tables = {name: everything.get(family(name), {}) for name in BENCHMARKS}
    for name, known in tables.items():
        own = known.get(mine)
        for api in apis:
            theirs = score_of(api, known, models)
            if benchmark or (own is not None and theirs is not None):
                rows.append(_row(name, mine, own, api, theirs))
    return rows


def _row(benchmark: str, model: str, own: Score | None, api: str, theirs: Score | None) -> QualityRow:
    return QualityRow(
        benchmark=benchmark, model=model, model_score=own.score if own else None, api=api,
        api_score=theirs.score if theirs else None, sources=[s.text for s in (own, theirs) if s is not None],
    )  # fmt: skip
