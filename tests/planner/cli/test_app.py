from __future__ import annotations

import pytest

from planner.cli import app
from planner.cli.commands import COMMANDS


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help(capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert app.run([name, "--help"]) == 0
    assert f"gpuplan {name}" in capsys.readouterr().out


def test_a_fault_of_ours_is_not_dressed_as_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **more: object) -> None:
        raise ValueError("a fault")

    monkeypatch.setattr(app.cli, "main", broken)
    with pytest.raises(ValueError, match="a fault"):
        app.run(["plan"])
