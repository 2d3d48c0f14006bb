from __future__ import annotations

from pathlib import Path

from planner.planner import Planner
from tests.planner.test_overlay import GPU
from tui.catalogs import adopted_job, read, records_job
from tui.root import Root
from tui.views.catalogs import GPUS, MODELS, PRICES


def test_own_records_are_among_the_names_and_choices(tmp_path: Path) -> None:
    (tmp_path / "accelerators").mkdir()
    (tmp_path / "accelerators" / "own.toml").write_text(GPU.format(id="mine-1"))
    found = read(tmp_path)
    planner, models, choices, usual = found.planner, found.models, found.choices, found.usual
    assert "mine-1" in planner.catalogs.hardware.accelerators
    assert models == sorted(models)
    assert "meta-llama/Llama-3.3-70B-Instruct" in models
    assert "H100 SXM" in choices["gpus"]
    assert "mine-1" not in choices["gpus"]  # nobody rents it
    assert all(len(set(names)) == len(names) > 0 for names in choices.values())
    assert {"Qwen/Qwen3-8B", "abacusai/Smaug-34B-v0.1"} < set(models)
    for name in ("h100", "h200", "H100 PCIe"):
        assert usual[name.lower()] == planner.catalogs.hardware.accelerator(name).name
    assert usual["vicuna-7b"] == "meta-llama/Llama-2-7b-hf"
    assert set(choices["gpus"]) < set(usual.values()) <= {*choices["gpus"], *models}


def test_every_record_has_a_row_as_wide_as_its_table(planner: Planner) -> None:
    found = records_job(planner)
    for name, columns in (("gpus", GPUS), ("models", MODELS), ("prices", PRICES)):
        assert len(found.records[name]) == len(found.rows[name]) > 100
        assert {len(row) for row in found.rows[name]} == {len(columns)}


def test_a_file_is_taken_into_ones_own_catalog(tmp_path: Path) -> None:
    source = tmp_path / "own.toml"
    source.write_text(GPU.format(id="mine-1"))
    assert adopted_job(source, tmp_path / "catalog", Root()).said.startswith("mine-1 saved as ")
    assert (tmp_path / "catalog" / "accelerators" / "own.toml").exists()
