"""What `make` runs must be able to fail."""

from __future__ import annotations

from pathlib import Path

MAKEFILE = Path(__file__).resolve().parents[1] / "Makefile"


def test_the_tests_of_a_wheel_have_the_files_that_they_read() -> None:
    """Once the licence of the prices was not there, and the release failed."""
    line = next(line for line in MAKEFILE.read_text().splitlines() if line.strip().startswith("cp -r tests "))
    assert {"docs", "examples", "NOTICE", "README.md", "Makefile", "pyproject.toml"} <= set(line.split())


def test_an_audit_that_could_not_look_a_version_up_fails() -> None:
    """Once it passed where no version was known to the service that it asked."""
    line = next(line for line in MAKEFILE.read_text().splitlines() if "/pip-audit " in line)
    assert {"--strict", "--require-hashes"} <= set(line.split())


def test_a_change_of_the_kernel_is_compiled_before_anything_runs() -> None:
    text = MAKEFILE.read_text()
    rule = next(line for line in text.splitlines() if line.startswith("$(STAMP):"))
    assert "setup.py" in rule
    assert {"planner/simulation/kernel/*.py", "planner/simulation/kernel/*.pxd"} <= set(rule.rstrip(")").split())
    for target in ("plan", "test", "check", "bench", "release"):
        assert "$(STAMP)" in next(line for line in text.splitlines() if line.startswith(f"{target}: "))
