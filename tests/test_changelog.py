"""Fragments become groups of the changelog."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

FOLD = Path(__file__).parents[1] / "changelog.d" / "fold.py"
OLD = "# Changelog\n\n## 0.1.0\n\n### Added\n\n- The first version.\n"


def test_fragments_are_folded_in_by_kind_and_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "changelog.d"
    folder.mkdir()
    (tmp_path / "CHANGELOG.md").write_text(OLD)
    for name, text in (("+b.fixed.md", "Waits are\nshorter.\n"), ("+a.added.md", "- A view.\n"), ("README.md", "no")):
        (folder / name).write_text(text)
    subprocess.run([sys.executable, str(FOLD), str(folder)], check=True)
    new = "## Unreleased\n\n### Added\n\n- A view.\n\n### Fixed\n\n- Waits are\n  shorter.\n\n"
    assert (tmp_path / "CHANGELOG.md").read_text() == OLD.replace("## 0.1.0", new + "## 0.1.0")
    assert [path.name for path in folder.iterdir()] == ["README.md"]


def test_a_second_fold_adds_to_the_groups_that_are_there() -> None:
    folded = runpy.run_path(str(FOLD))["folded"]
    once = folded(OLD, {"fixed": ["One."]})
    twice = folded(once, {"fixed": ["Two."], "added": ["Three."]})
    assert "### Added\n\n- Three.\n\n### Fixed\n\n- One.\n- Two.\n\n## 0.1.0" in twice
    assert folded(twice, {}) == twice
