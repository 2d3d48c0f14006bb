from __future__ import annotations

from pathlib import Path

import pytest

from planner.cli import app, crash
from planner.cli.crash import KEPT, reported


@pytest.fixture(autouse=True)
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(crash, "folder", lambda: tmp_path / "faults")
    return tmp_path / "faults"


def broken(*args: object, **more: object) -> None:
    raise RuntimeError("not foreseen")


def test_a_fault_leaves_a_report_with_the_question(
    reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    workload = tmp_path / "a.toml"
    workload.write_text("[traffic]\nrate_per_s = 3\n")
    monkeypatch.setattr(app.cli, "main", broken)
    assert app.run(["plan", "-w", str(workload), "--gpu", "a b"]) == 70
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    path = reports / "fault-0001.txt"
    assert f"please send the report {path}" in err
    text = path.read_text()
    for word in ("plan -w", "'a b'", "rate_per_s = 3", "RuntimeError: not foreseen", "CONTRIBUTING.md"):
        assert word in text
    assert (reports.stat().st_mode & 0o077) == 0


def test_only_the_last_reports_are_kept(reports: Path) -> None:
    for _ in range(KEPT + 3):
        reported(RuntimeError(), [])
    assert len(list(reports.iterdir())) == KEPT
    assert (reports / f"fault-{KEPT + 3:04d}.txt").exists()


def test_where_no_report_can_be_written_the_line_is_there_all_the_same(
    reports: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reports.write_text("a file in its place")
    monkeypatch.setattr(app.cli, "main", broken)
    assert app.run(["plan", "\udcff"]) == 70
    assert "RuntimeError: not foreseen" in capsys.readouterr().err


def test_bytes_that_are_no_text_are_in_the_report(reports: Path) -> None:
    path = reported(RuntimeError("\udcff"), ["\udcff", "/dev/zero"])
    assert path is not None
    assert "\\udcff" in path.read_text()
