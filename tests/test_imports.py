"""Imports point one way: the contract of pyproject.toml holds, and nothing is in a circle."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

ROOT = Path(__file__).parents[1]
PACKAGES = ("planner", "hardware_db", "models_db", "tui")


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, cache_dir=None)


def contract() -> dict[str, object]:
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    return next(table for table in tables if table["type"] == "layers")


def floors() -> dict[str, int]:
    """Rooms of the planner by floor, the highest first."""
    layers: list[str] = contract()["layers"]  # type: ignore[assignment]
    return {room.strip(): floor for floor, layer in enumerate(layers) for room in layer.split("|")}


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_every_room_of_the_planner_has_a_floor() -> None:
    folder = ROOT / "planner"
    rooms = {p.stem for p in folder.glob("*.py") if p.stem != "__init__"}
    rooms |= {p.parent.name for p in folder.glob("*/__init__.py")}
    assert contract()["exhaustive"] is True
    assert rooms == set(floors())


def test_no_import_runs_up(graph: grimp.ImportGraph) -> None:
    place = floors()
    up = [
        f"{importer} -> {imported}"
        for importer in sorted(graph.modules)
        if importer.startswith("planner.")
        for imported in sorted(graph.find_modules_directly_imported_by(importer))
        if imported.startswith("planner.")
        and room(importer) != room(imported)
        and place[room(imported)] <= place[room(importer)]
    ]
    assert not up


def test_no_module_is_in_a_circle(graph: grimp.ImportGraph) -> None:
    modules = sorted(graph.modules)
    place = {module: i for i, module in enumerate(modules)}
    pairs = [(place[m], place[i]) for m in modules for i in graph.find_modules_directly_imported_by(m)]
    rows, columns = np.array(pairs).T
    links = coo_array((np.ones(len(pairs)), (rows, columns)), shape=(len(modules), len(modules)))
    _, label = connected_components(links, directed=True, connection="strong")
    circles = [[modules[i] for i in np.flatnonzero(label == k)] for k in np.flatnonzero(np.bincount(label) > 1)]
    assert not circles


def test_the_import_linter_agrees() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
