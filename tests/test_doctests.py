"""The examples in docstrings; pytest's own collector would make a node of each module, with an example or without."""

from __future__ import annotations

import doctest
import importlib
from importlib.util import find_spec
from pathlib import Path

import pytest

PACKAGES = ("planner", "hardware_db", "models_db", "tui", "docs")


def with_examples(package: str) -> list[str]:
    """Names of the modules of a package, installed or in the tree, that have an example."""
    spec = find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    root = Path(next(iter(spec.submodule_search_locations)))
    paths = [path for path in sorted(root.rglob("*.py")) if ">>>" in path.read_text(encoding="utf-8")]
    return [".".join(path.relative_to(root.parent).with_suffix("").parts) for path in paths]


EXAMPLES = [name for package in PACKAGES for name in with_examples(package)]


def test_examples_are_found() -> None:
    assert {"planner.planner", "models_db.quality", "hardware_db.nodes", "tui.shapes"} <= set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_prints_what_it_says(name: str) -> None:
    ran = doctest.testmod(importlib.import_module(name))
    assert ran.attempted > 0
    assert ran.failed == 0
