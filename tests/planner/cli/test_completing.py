"""The scripts themselves are tested in `test_completion.py`; here: that they complete."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from planner.cli.completing import SHELLS
from planner.cli.main import main


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_bash_takes_the_script(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "bash"]) == 0
    script = capsys.readouterr().out
    code = f"{script}\ncomplete -p gpuplan"
    done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "gpuplan" in done.stdout


def test_each_shell_has_a_script_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    texts = []
    for shell in SHELLS:
        main(["completion", shell])
        texts.append(capsys.readouterr().out)
    assert len(set(texts)) == len(SHELLS)
