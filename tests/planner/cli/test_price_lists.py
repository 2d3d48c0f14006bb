"""`prices update` and `prices import` at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planner.cli.main import main
from tests.planner.updates.conftest import HEAD, Host, aws, host

__all__ = ["host"]
AWS = "v8/aws/vms.csv"
GOOD = HEAD + aws("p5.48xlarge", "H100", 8, 41.5, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--provider", "awz"], "'awz' has no public list here (nearest: aws"),
        (["--from", "file:///etc"], "--from: expected an address"),
        (["--from", "http://["], "--from: "),
        (["--as-of", "soon"], "--as-of: expected YYYY-MM-DD"),
        (["aws"], "takes no name"),
        (["--template"], "--template: is of `prices import`"),
    ],
)
def test_wrong_uses_are_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["prices", "update", *arguments, "--catalog", str(tmp_path)]) == 2
    assert said in capsys.readouterr().err


def test_the_command_tells_what_it_did(host: Host, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    host.put(AWS, GOOD + aws("g3s.xlarge", "M60", 1, 1, ""))
    asked = ["prices", "update", "--provider", "aws", "--from", host.url, "--catalog", str(tmp_path)]
    assert main([*asked, "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert "nothing was written (--dry-run)" in shown
    assert "not known here, so left out: aws g3s.xlarge (M60) x1" in shown
    assert not (tmp_path / "updates").exists()
    assert main([*asked, "--format", "json"]) == 0
    (data,) = json.loads(capsys.readouterr().out)
    assert (data["offers"], data["as_of"], len(data["prices_changed"])) == (1, "2026-11-28", 1)
    assert main([*asked, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["same"] == 1
