from __future__ import annotations

from pathlib import Path

import pytest

from tests.planner.cli.conftest import run


@pytest.mark.parametrize("command", ["plan", "estimate", "fit", "simulate", "tco", "tui"])
def test_the_workload_is_an_option_or_an_argument_not_both(
    command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "w.toml"
    file.write_text('model = "Qwen/Qwen3-8B"\n')
    assert run(capsys, command, str(file), "-w", str(file)) == (2, "", "gpuplan: --workload: given twice\n")
    code, out, err = run(capsys, command, str(file.with_name("none.toml")))
    assert (code, out) == (2, "")
    assert "none.toml: no such file (nearest: w.toml)" in err


def test_a_workload_as_an_argument_is_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "w.toml"
    file.write_text('model = "Qwen/Qwen3-8B"\n')
    assert run(capsys, "fit", str(file), "-g", "L40S") == run(capsys, "fit", "-w", str(file), "-g", "L40S")
