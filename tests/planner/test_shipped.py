"""Files of the package are read as `tomllib` reads them."""

from __future__ import annotations

import tempfile
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.shipped import blocks_of, line_of, read_block, shipped_toml

ROOT = Path(__file__).parents[2]
FOLDERS = {"accelerator": "hardware_db/data/accelerators", "model": "models_db/data/models"}
SHIPPED = [
    *((name, path) for name, folder in FOLDERS.items() for path in sorted((ROOT / folder).glob("*.toml"))),
    ("topology", ROOT / "hardware_db/data/topologies.toml"),
]


@pytest.mark.parametrize(("name", "path"), SHIPPED, ids=[path.stem for _, path in SHIPPED])
def test_tables_of_the_package_are_read_block_by_block_as_by_the_library(name: str, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    wanted = tomllib.loads(text)
    assert list(wanted) == [name]
    blocks = blocks_of(text, name)
    # repr: 1 and 1.0 are equal, and differ in what is printed.
    assert repr(list(map(read_block, blocks))) == repr(wanted[name])
    assert [line_of(block, "id") for block in blocks] == [table["id"] for table in wanted[name]]


@pytest.mark.parametrize(
    "line",
    [
        "a = 1_000", "a = 0x1f", "a = 'b'", "a = 2026-11-29", "a = inf", "a = [1, 2,]", "a = 1 # one", "a.b = 1",
        'a = "b = c"', 'a = { b = "c = d" }', 'a = { b = "\\" = 1" }', "a = [\n  1,\n]", "a = { b = { c = 1 } }",
        'a = """\nb = 1\n"""', '"a b" = 1', "a=1", "[t.u]\nv = 1", "a = { b.c = 1 }", "a = [{ b = 1 }]",
    ],
)  # fmt: skip
def test_a_table_that_is_no_json_is_read_as_by_the_library(line: str) -> None:
    text = f"[[t]]\nid = 1\n# a comment\n\n{line}\n"
    assert repr(read_block(text)) == repr(tomllib.loads(text)["t"][0])


EVERY = [
    path for package in ("planner", "hardware_db", "models_db") for path in sorted((ROOT / package).rglob("*.toml"))
]


@pytest.mark.parametrize("path", EVERY, ids=[path.stem for path in EVERY])
def test_files_of_the_package_are_read_as_by_the_library(path: Path) -> None:
    assert repr(shipped_toml(path)) == repr(tomllib.loads(path.read_text(encoding="utf-8")))


LINES = st.sampled_from(
    [
        "[a]", "[b]", "[[c]]", "[[d]]", "[a.e]", "[[c.f]]", "[[c]] # many", " [g]", "['h']", "# nothing", "", "i = 1",
        'j = "k"', "l = 1_0", "m = [\n 1,\n]", "n = [\n[1],\n]", "o = { p = 1 }", 'q = """\n[a]\n"""', '"r s" = 1',
        "t.u = 1", 'v = "w" # x', "y = 1.0", '"z.z" = [1, 2]', "[c]", '"a = b" = "c = d"', "a = { c = { d = 1 } }",
    ]
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(lines=st.lists(LINES, max_size=12))
def test_whatever_a_file_holds_is_read_as_by_the_library(lines: list[str]) -> None:
    text = "\n".join(lines)
    with suppress(ValueError):
        wanted = tomllib.loads(text)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.toml"
            path.write_text(text, encoding="utf-8")
            assert repr(shipped_toml(path)) == repr(wanted)
