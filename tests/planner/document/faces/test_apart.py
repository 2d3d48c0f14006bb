"""The process of a template: its jobs, and what it says of errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from planner.document.faces.apart import done
from planner.document.faces.confined import REFUSED
from planner.errors import InputError

COMMAND = [sys.executable, "-m", "planner.document.faces.apart"]


def test_jobs_fill_templates_in(tmp_path: Path) -> None:
    (tmp_path / "report.html.j2").write_text("{{ title }}")
    (tmp_path / "report.typ").write_text("a")
    assert done("html", {"data": {"title": "<b>", "sections": []}, "template": str(tmp_path)}) == b"&lt;b&gt;"
    assert done("pdf", {"data": {}, "template": str(tmp_path)}).startswith(b"%PDF-")
    (tmp_path / "report.html.j2").write_text("{{ 1 / 0 }}")
    with pytest.raises(InputError, match="ZeroDivisionError"):
        done("html", {"data": {"sections": []}, "template": str(tmp_path)})


def test_an_error_is_text_on_standard_output(tmp_path: Path) -> None:
    (tmp_path / "report.md.j2").write_text("{{ nosuch }}")
    given = json.dumps({"data": {}, "template": str(tmp_path)}).encode()
    found = subprocess.run([*COMMAND, "md", "5"], input=given, capture_output=True, check=False)
    assert (found.returncode, found.stderr) == (REFUSED, b"")
    assert found.stdout == b"--template: report.md.j2: 'nosuch' is undefined"
