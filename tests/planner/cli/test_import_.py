from __future__ import annotations

import json
from pathlib import Path

import pytest

from planner.cli.main import main
from tests.models_db.conftest import LLAMA


def test_import_json_carries_what_scripts_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(LLAMA))
    assert main(["import", str(path), "--id", "me/mine", "--format", "json", "--save", str(tmp_path / "cat")]) == 0
    data = json.loads(capsys.readouterr().out)
    wanted = {"id", "architecture", "total_params", "active_params", "kv_bytes_per_token", "state_bytes_per_sequence"}
    assert wanted | {"native_format", "notes"} <= set(data)
    assert data["kv_bytes_per_token"] == 131_072
    assert main(["models", "show", "me/mine", "--catalog", str(tmp_path / "cat"), "--format", "json"]) == 0


def test_a_path_works_as_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(LLAMA))
    assert main(["fit", "-m", str(path), "-g", "H100", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["fits"]


@pytest.mark.parametrize("name", ["gone.json", "gone.gguf", "gone.safetensors"])
def test_a_missing_file_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main(["import", str(tmp_path / name)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
