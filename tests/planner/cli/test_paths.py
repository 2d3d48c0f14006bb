"""Whatever is given as the name of a file or folder: one line that names the option, and exit code 2."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from planner.cli import crash
from planner.cli.app import cli
from planner.cli.main import main
from planner.cli.options import PLACE
from tests.models_db.conftest import LLAMA
from tests.torture.forms import FORMS


def path_flags() -> Iterator[tuple[str, str]]:
    """Every option of every command that takes a file or a folder."""
    for name in cli.list_commands(click.Context(cli)):
        found = cli.get_command(click.Context(cli), name)
        assert found is not None
        for option in found.params:
            if isinstance(option, click.Option) and isinstance(option.type, type(PLACE)):
                yield name, max(option.opts, key=len)


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(crash, "folder", lambda: tmp_path / "faults")
    (tmp_path / "config.json").write_text(json.dumps(LLAMA))
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    (tmp_path / "gone.toml").symlink_to("nowhere.toml")


def test_no_option_takes_paths_in_a_way_of_its_own() -> None:
    for name in cli.list_commands(click.Context(cli)):
        found = cli.get_command(click.Context(cli), name)
        assert found is not None
        assert not [p.name for p in found.params if isinstance(p.type, click.Path | click.File)], name
    assert len(set(path_flags())) > 20


@pytest.mark.parametrize("text", ["a\0b", ""])
@pytest.mark.parametrize(("name", "flag"), list(path_flags()))
def test_what_is_no_name_is_an_input_error(name: str, flag: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Once a NUL in --catalog was a fault of the program."""
    assert main([name, *FORMS[name][0], flag, text]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert flag in err
    assert "no name of a file" in err


@pytest.mark.parametrize("name", ["models", "gpus", "formats", "prices", "fit"])
def test_a_catalog_that_is_no_folder_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, *FORMS[name][0], "--catalog", "gone.toml"]) == 2
    assert "--catalog: gone.toml is not a directory" in capsys.readouterr().err


def test_links_that_lead_nowhere_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Once a link that dangles was the nearest name to itself."""
    for path, said in (
        ("gone.toml", "gone.toml: a link to nowhere.toml, which is not there"),
        ("one", "one: cannot be read (its links lead back to themselves)"),
        ("one/x", "one/x: cannot be read (its links lead back to themselves)"),
        ("gon.toml", "gon.toml: no such file (nearest: gone.toml)"),
    ):
        assert main(["plan", "--workload", path]) == 2
        assert capsys.readouterr().err == f"gpuplan: --workload: {said}\n"
