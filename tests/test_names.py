"""No engine, GPU, maker, model family, provider or storage format by name in code; a class name means one thing."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from hardware_db.catalog import HardwareCatalog
from hardware_db.schema import Generation, Peaks
from models_db.formats import formats
from planner.physics.engines import engines
from tests.sources import ROOT, sources, tree_of

GPU = re.compile(r"\b(?:a10g?|a100|h100|h200|h800|b200|b300|gb200|gh200|l4|l40s?|v100|t4|mi\d{3}x?|gfx\d+|rtx \d+)\b")
# Where a name may stand, and why.
ALLOWED = {
    "models_db/importers/": "keys and classes of config files and GGUF headers: a file format's vocabulary",
    "models_db/gguf.py": "the quantizer's rules by tensor type: a file format's vocabulary",
    "hardware_db/price_rows.py": "examples in messages",
    "hardware_db/schema.py": "the values that the field `generation` may have",
    "planner/measurements/": "each tool's results in its own words",
    "planner/export/": "each target spells its own flags, and each engine's flags are read by its own names",
    "planner/logs/": "each engine's lines are read by its own words",
    "planner/physics/factors.py": "names of compute types under which factors are fitted",
    "planner/cli/": "examples of help, flags and headings",
    "planner/evidence/kinds.py": "headings",
    "planner/evidence/accuracy.py": "the text of a page",
    "planner/traffic/traces.py": "names of published traces",
    "planner/evidence/gguf.py": "labels of GGUF mixes: a file format's vocabulary",
    "planner/evidence/names.py": "labels of GGUF mixes: a file format's vocabulary",
    "planner/evidence/llamacpp.py": "labels of GGUF mixes: a file format's vocabulary",
    "planner/evidence/percentiles.py": "the cells of a study, printed with its results",
    "planner/evidence/replays.py": "the cells of a study, printed with its results",
}
# Names of the catalogs that are words of the language, too.
COMMON = {"together", "lambda", "crusoe", "other", "phi", "fireworks"}


def table(path: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / path).read_text(encoding="utf-8"))


def names() -> set[str]:
    """Every name that is data, in lower case; compute types are fields of `Peaks` and no names."""
    makers, spelling = table("hardware_db/data/makers.toml"), table("models_db/data/spelling.toml")
    found = {*engines(), *get_args(Generation), *makers["before"], *makers["generations"].values()}
    found |= {
        *spelling["vague"],
        *(name for _, name in table("models_db/data/quant_families.toml")["families"]),
        "gpt-j",
        "gptj",
    }
    found |= {*table("planner/tco/apis.toml")["providers"]}
    found |= {offer.provider.lower() for offer in HardwareCatalog().offers}
    found |= {fmt.id for fmt in formats().values()} - set(Peaks.model_fields)
    return found - COMMON


def strings(tree: ast.Module) -> Iterator[ast.Constant]:
    """String constants that are no docstrings."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node


def named_in(tree: ast.Module, pattern: re.Pattern[str]) -> list[str]:
    found = []
    for node in strings(tree):
        match = pattern.search(node.value.lower()) or GPU.search(node.value.lower())
        if match:
            found.append(f"{node.lineno}: {match.group(0)}")
    return found


@cache
def pattern() -> re.Pattern[str]:
    words = "|".join(re.escape(name) for name in sorted(names(), key=len, reverse=True))
    return re.compile(rf"(?<![a-z0-9_])(?:{words})(?![a-z0-9_])")


def is_allowed(path: Path) -> bool:
    return path.relative_to(ROOT).as_posix().startswith(tuple(ALLOWED))


def test_code_names_no_engine_gpu_model_provider_or_format() -> None:
    wanted = pattern()
    found = {
        path.relative_to(ROOT).as_posix(): names
        for path in sources()
        if not is_allowed(path) and (names := named_in(tree_of(path), wanted))
    }
    assert not found


def test_every_allowed_place_is_there_and_needs_it() -> None:
    wanted = pattern()
    for place in ALLOWED:
        paths = [path for path in sources() if path.relative_to(ROOT).as_posix().startswith(place)]
        assert any(named_in(tree_of(path), wanted) for path in paths), place


@pytest.mark.parametrize("text", ["vllm", "A100 SXM", "cdna3", "gpt-j", "Qwen", "nvfp4", "RunPod", "llama.cpp"])
def test_a_name_in_code_is_found(text: str) -> None:
    assert named_in(ast.parse(f"x = {text!r}"), pattern())


@pytest.mark.parametrize("text", ["bf16", "hosting is cheaper in the draws", "--format"])
def test_compute_types_and_plain_words_are_no_names(text: str) -> None:
    assert not named_in(ast.parse(f"x = {text!r}"), pattern())


def test_a_class_or_type_name_means_one_thing() -> None:
    places: dict[str, set[str]] = defaultdict(set)
    for path in sources():
        for node in tree_of(path).body:
            name = defined(node)
            if name and not name.startswith("_"):
                places[name].add(path.relative_to(ROOT).as_posix() if isinstance(node, ast.ClassDef) else value(node))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def defined(node: ast.stmt) -> str | None:
    """The name of a class or of a type alias (written like one: `Ints`, not `BITS`)."""
    if isinstance(node, ast.ClassDef):
        return node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        name = node.targets[0].id
        return name if name[0].isupper() and not name.isupper() and len(name) > 1 else None
    return None


def value(node: ast.stmt) -> str:
    """Two aliases of the same type are one thing."""
    assert isinstance(node, ast.Assign)
    return ast.unparse(node.value)
