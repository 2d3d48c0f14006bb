from __future__ import annotations

from pathlib import Path

from tests.planner.test_overlay import GPU
from tui.catalogs import read


def test_own_records_are_among_the_names_and_choices(tmp_path: Path) -> None:
    (tmp_path / "accelerators").mkdir()
    (tmp_path / "accelerators" / "own.toml").write_text(GPU.format(id="mine-1"))
    kind, planner, models, choices, usual = read(tmp_path)
    assert kind == "names"
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
