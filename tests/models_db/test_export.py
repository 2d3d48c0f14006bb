from __future__ import annotations

import json
from pathlib import Path

from models_db.catalog import read_models
from models_db.export import save, to_toml
from models_db.importers.config_json import read_config
from planner.catalogs import Catalogs
from tests.models_db.conftest import LLAMA


def test_export_and_import_are_inverse(catalogs: Catalogs, tmp_path: Path) -> None:
    for model in catalogs.models.all():
        path = tmp_path / "m.toml"
        path.write_text(to_toml(model))
        assert read_models(path) == [model]


def test_config_to_overlay_and_back(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(LLAMA))
    model = read_config(path, model_id="me/mine", checked="2026-11-24")
    assert read_models(save(model, tmp_path)) == [model]
