from __future__ import annotations

import json
from pathlib import Path

import pytest

from models_db.catalog import read_models
from models_db.export import LONGEST_NAME, file_name, save, to_toml
from models_db.importers.config_json import read_config
from planner.catalogs import Catalogs
from planner.errors import OutputError
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


def test_names_of_files_differ_as_ids_do_and_lie_in_their_folder() -> None:
    ids = ["a/b", "a__b", "a/b__c", "a__b/c", "a_/b", "a/_b", "a%2Fb", "../../x", "..", ".", "a\0b", "a\nb", "x" * 300]
    ids += ["x" * 299 + "y", "\udcff", "a\\b", "CON:", "a___b", "a/ b"]
    names = [file_name(name) for name in ids]
    assert len(set(names)) == len(ids)
    for name in names:
        assert "/" not in name
        assert "\\" not in name
        assert not name.startswith(".")
        assert name.isascii()
        assert len(name) <= LONGEST_NAME


def test_a_file_that_holds_another_model_is_not_replaced(catalogs: Catalogs, tmp_path: Path) -> None:
    """Names that differ in the size of their letters are one file on some systems."""
    model = catalogs.models.find("Qwen/Qwen3-8B").model
    target = save(model, tmp_path)
    save(model, tmp_path)
    other = model.model_copy(update={"id": "qwen/qwen3-8b"})
    target.with_name(f"{file_name(other.id)}.toml").write_text(to_toml(model))
    with pytest.raises(OutputError, match="holds Qwen/Qwen3-8B"):
        save(other, tmp_path)
