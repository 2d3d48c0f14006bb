"""The house rules that no linter knows."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

from tests.sources import PACKAGES, ROOT, sources, text_of, tree_of


def test_files_and_functions_stay_small() -> None:
    for path in sources():
        assert text_of(path).count("\n") <= 300, path
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef):
                first = node.body[1] if len(node.body) > 1 and ast.get_docstring(node) else node.body[0]
                assert (node.end_lineno or 0) - first.lineno < 50, f"{path}: {node.name}"


def test_every_module_says_what_it_is() -> None:
    for path in sources():
        assert ast.get_docstring(tree_of(path)), path


RECORDS = "holds records only; the tests of the modules that make them check them"
WITHOUT_TEST = {
    "planner/answers/base.py": RECORDS,
    "planner/answers/deployment.py": RECORDS,
    "planner/answers/explained.py": RECORDS,
    "planner/answers/plan.py": RECORDS,
    "planner/answers/simulation.py": RECORDS,
    "planner/answers/startup.py": RECORDS,
    "planner/calibration/own/answer.py": RECORDS,
    "planner/catalogs.py": RECORDS,
    "planner/fleet/answer.py": RECORDS,
    "planner/logs/record.py": RECORDS,
    "planner/quant/answer.py": RECORDS,
    "planner/report/table.py": RECORDS,
    "planner/tco/answer.py": RECORDS,
    "planner/cli/tui.py": "opens the interface; tests/tui/test_terminal.py runs it in a terminal",
    "tui/screenshots.py": "main of `make screenshots`",
}


def has_public_names(path: Path) -> bool:
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    body = tree_of(path).body
    return any(isinstance(node, defined) and not node.name.startswith("_") for node in body)


def mirrored_tests(path: Path) -> list[str]:
    """Names of the tests in the file that mirrors a module; none where there is no such file."""
    mirror = ROOT / "tests" / path.parent / f"test_{path.name}"
    if not mirror.exists():
        return []
    tree = ast.parse(mirror.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [node.name for node in functions if node.name.startswith("test_")]


def test_every_module_with_a_public_name_has_a_test_file() -> None:
    modules = [path.relative_to(ROOT) for path in sources() if has_public_names(path)]
    assert len(modules) > 100
    missing = [str(path) for path in modules if str(path) not in WITHOUT_TEST and not mirrored_tests(path)]
    assert missing == []


def test_modules_without_a_test_file_still_need_their_reason() -> None:
    for name in WITHOUT_TEST:
        assert has_public_names(ROOT / name), name
        assert not mirrored_tests(Path(name)), name


def test_every_source_that_a_docstring_cites_is_in_the_references_and_the_other_way_round() -> None:
    key = re.compile(r"\[[A-Z]\w+ \d{4}\]")
    listed = set(key.findall((ROOT / "docs" / "references.md").read_text(encoding="utf-8").split("|---|---|")[1]))
    cited = {found for path in [*sources(), *(ROOT / "tests").rglob("*.py")] for found in key.findall(path.read_text())}
    assert len(listed) > 10
    assert cited == listed


def test_every_path_that_the_documents_name_exists() -> None:
    path = re.compile(r"`((?:planner|hardware_db|models_db|tui|tests|docs|changelog\.d|examples)/[\w./-]*)`")
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    named = {(d.name, name) for d in documents for name in path.findall(d.read_text(encoding="utf-8"))}
    assert len(named) > 60
    assert [(document, name) for document, name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_wheel_has_every_file_beside_the_code() -> None:
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    for package in PACKAGES:
        packed = {path for pattern in stated.get(package, ()) for path in (ROOT / package).glob(pattern)}
        beside = {path for path in (ROOT / package).rglob("*.*") if path.suffix in (".toml", ".csv", ".json", ".gz")}
        assert beside <= packed, sorted(map(str, beside - packed))
