from __future__ import annotations

import csv
from pathlib import Path

from models_db.matrices import active_params, matrices, total_params
from planner.catalogs import Catalogs


def test_totals_equal_the_verified_counts(catalogs: Catalogs, shared: Path) -> None:
    with (shared / "facts" / "models.csv").open() as handle:
        rows = {row["hf_id"]: row for row in csv.DictReader(handle)}
    assert set(rows) <= set(catalogs.models.index)
    for name, row in rows.items():
        model = catalogs.models.find(name).model
        if row["params_total_computed"]:
            assert total_params(model) == int(row["params_total_computed"]), model.id
        # LongCat's zero experts take a third of the choices and compute nothing.
        if row["params_active_computed"] and "LongCat" not in model.id:
            assert active_params(model) == int(row["params_active_computed"]), model.id


def test_listed_shapes_add_up_to_the_listed_count(catalogs: Catalogs) -> None:
    listed = [
        model for model in catalogs.models.all() if any("llmfit 1.1.17 (PyPI), embedded" in s for s in model.sources)
    ]
    assert len(listed) > 80
    for model in listed:
        drafts = model.mtp_params if "mtp" in model.notes[0] else 0
        assert total_params(model) + drafts == model.params_published, model.id


def test_moe_memory_counts_all_experts(catalogs: Catalogs) -> None:
    mixtral = catalogs.models.find("mistralai/Mixtral-8x7B-v0.1").model
    up = next(m for m in matrices(mixtral) if m.name == "experts_up")
    assert up.elements == 2 * 14336 * 4096 * 8 * 32
