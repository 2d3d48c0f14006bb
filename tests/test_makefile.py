"""What `make` runs must be able to fail."""

from __future__ import annotations

from pathlib import Path

MAKEFILE = Path(__file__).resolve().parents[1] / "Makefile"


def test_an_audit_that_could_not_look_a_version_up_fails() -> None:
    """Once it passed where no version was known to the service that it asked."""
    line = next(line for line in MAKEFILE.read_text().splitlines() if "/pip-audit " in line)
    assert {"--strict", "--require-hashes"} <= set(line.split())
