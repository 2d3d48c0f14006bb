"""Help: options under headings, no wide line, older spellings left out."""

from __future__ import annotations

import pytest

from planner.cli.commands import COMMANDS
from planner.cli.main import main

GROUPED = ("plan", "estimate", "fit", "quant", "simulate", "tco")


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = main(list(args))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize("command", list(COMMANDS))
def test_help_is_under_headings_and_narrow(
    capsys: pytest.CaptureFixture[str], command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    assert max(len(line) for line in out.splitlines()) <= 100
    assert any(line.strip().startswith(f"gpuplan {command}") for line in out.split("Examples:\n")[1].splitlines())
    if command in GROUPED:
        headings = [line for line in out.splitlines() if line.endswith(":") and not line.startswith(" ")]
        assert headings[:2] == ["Model, GPU and workload:", "Deployment:"]
        assert headings[-1] == "Options:"
        assert "--max-sequences" not in out
