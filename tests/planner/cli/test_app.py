from __future__ import annotations

import pytest

from planner.cli import app
from planner.cli.commands import COMMANDS


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help(capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert app.run([name, "--help"]) == 0
    assert f"gpuplan {name}" in capsys.readouterr().out
