"""The folder that an interface may use."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import InputError
from tui.catalogs import adopted_job
from tui.root import Root
from tui.session import Session


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as the working directory, with a link out of it and one that stays within."""
    here = tmp_path / "here"
    (here / "sub").mkdir(parents=True)
    (here / "out").symlink_to(tmp_path)
    (here / "in").symlink_to(here / "sub")
    (here / "loop").symlink_to(here / "loop")
    monkeypatch.chdir(here)
    return here


INSIDE = ["w.toml", "sub/w.toml", "in/w.toml", "sub/../w.toml", "new/deep/w.toml", "./w.toml"]
OUTSIDE = [
    "/etc/passwd",
    "../w.toml",
    "out/w.toml",
    "in/../../w.toml",
    "/",
    "..",
    "/dev/null",
    "w\0.toml",
    "../herewith",
]


@pytest.mark.parametrize("name", INSIDE)
def test_paths_inside_are_taken_as_they_are(folder: Path, name: str) -> None:
    assert Root(folder).read(Path(name)) == Path(name)
    assert Root(folder).write(Path(name)) == Path(name)


@pytest.mark.parametrize("name", OUTSIDE)
def test_paths_outside_are_refused_with_links_resolved(folder: Path, name: str) -> None:
    for check in (Root(folder).read, Root(folder).write):
        with pytest.raises(InputError, match="outside of"):
            check(Path(name))


@pytest.mark.parametrize("name", ["numpy.py", "Makefile", ".profile", ".w.toml", ".cargo/config.toml", "w.toml.bak"])
def test_only_workload_files_in_plain_sight_are_written(folder: Path, name: str) -> None:
    assert Root(folder).read(Path(name)) == Path(name)
    with pytest.raises(InputError, match="here"):
        Root(folder).write(Path(name))


def test_a_link_to_another_kind_of_file_is_judged_by_its_target(folder: Path) -> None:
    (folder / "w.toml").symlink_to(folder / "numpy.py")
    with pytest.raises(InputError, match=r"\.toml"):
        Root(folder).write(Path("w.toml"))


def test_without_a_folder_everything_is_allowed() -> None:
    assert Root().write(Path("/dev/null")) == Path("/dev/null")
    Root().check({"model": "/etc/passwd"})


def test_a_workload_names_no_file_outside(folder: Path) -> None:
    Root(folder).check({"model": "Qwen/Qwen3-32B", "n": 5, "scope": {"gpus": ["H100 SXM", "L4"]}, "tco": None})
    for data in ({"model": "/etc/passwd"}, {"a": [{"drafter": "../x"}]}, {"tco": {"prices": {"/etc/x": 1}}}):
        with pytest.raises(InputError, match="outside of"):
            Root(folder).check(data)


def test_a_session_checks_what_is_typed_opened_and_saved(folder: Path, tmp_path: Path) -> None:
    session = Session(root=Root(folder))
    session.save(Path("w.toml"))
    with pytest.raises(InputError, match="outside of"):
        session.save(tmp_path / "w.toml")
    (tmp_path / "secret.toml").write_text("not toml: a secret", encoding="utf-8")
    with pytest.raises(InputError, match="outside of") as found:
        session.open(Path("out/secret.toml"))
    assert "a secret" not in str(found.value)
    session.change({**session.texts, "model": str(tmp_path / "config.json")})
    with pytest.raises(InputError, match="outside of"):
        session.request()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "secret.toml"]


def test_an_opened_workload_names_no_file_outside(folder: Path) -> None:
    session = Session(root=Root(folder))
    session.save(Path("w.toml"))
    text = Path("w.toml").read_text(encoding="utf-8")
    model = session.texts["model"]
    Path("w.toml").write_text(text.replace(model, "/etc/passwd"), encoding="utf-8")
    with pytest.raises(InputError, match="outside of"):
        session.open(Path("w.toml"))


def test_a_half_typed_path_goes_on_within_the_folder(folder: Path) -> None:
    for name in ("trace.csv", "trace.toml", ".hidden", "sub/deep.csv"):
        (folder / name).touch()
    assert Root(folder).listed("tr") == ["trace.csv", "trace.toml"]
    assert Root(folder).listed("")[:2] == ["in/", "out/"]
    assert Root(folder).listed("sub/") == ["sub/deep.csv"]
    assert Root(folder).listed(".h") == [".hidden"]
    for outside in ("out/", "../", "/etc/", "~/", "~nobody-here/", "w\0/"):
        assert Root(folder).listed(outside) == []
    assert Root().listed("../he") == ["../here/"]
    assert Root().listed("loop/") == []


def test_records_are_read_from_the_folder_only(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text("a secret", encoding="utf-8")
    with pytest.raises(InputError, match="outside of"):
        adopted_job(tmp_path / "prices.csv", tmp_path / "overlay", Root(folder))
