from __future__ import annotations

import csv
from pathlib import Path

from models_db.cache import kv_elements_per_token, state_elements_per_sequence
from planner.catalogs import Catalogs


def test_kv_elements_equal_the_facts(catalogs: Catalogs, shared: Path) -> None:
    with (shared / "facts" / "models.csv").open() as handle:
        rows = {row["hf_id"]: row for row in csv.DictReader(handle)}
    for name, row in rows.items():
        model = catalogs.models.find(name).model
        if row["kv_elems_per_token_global"] and "DeepSeek-V4" not in model.id and model.task == "generate":
            assert kv_elements_per_token(model) == int(row["kv_elems_per_token_global"]), model.id
        if row["state_elems_per_seq"]:
            assert state_elements_per_sequence(model) == int(row["state_elems_per_seq"]), model.id
