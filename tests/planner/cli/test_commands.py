from __future__ import annotations

import importlib
import re
from pathlib import Path

import click
import pytest

from planner.cli.commands import COMMANDS, top_help
from tests.planner.cli.conftest import run

ROOT = Path(__file__).parents[3]


def test_every_command_is_where_the_list_says() -> None:
    for name, (module, text) in COMMANDS.items():
        found = [c for c in vars(importlib.import_module(module)).values() if isinstance(c, click.Command)]
        assert name in [c.name for c in found], name
        assert text.endswith(".")


def test_the_help_has_one_line_a_command_within_a_terminal() -> None:
    lines = top_help().split("Commands:\n")[1].split("\n\n")[0].splitlines()
    assert [line.split()[0] for line in lines] == list(COMMANDS)
    for line, (_, text) in zip(lines, COMMANDS.values(), strict=True):
        assert line.endswith(f" {text}")
    assert max(map(len, top_help().splitlines())) <= 100


def test_the_help_spells_out_what_flags_abbreviate() -> None:
    block = (
        top_help().split("Words (all of them: gpuplan explain, docs/glossary.md):\n")[1].split("\n\n")[0].splitlines()
    )
    assert [line.split()[0] for line in block] == ["TTFT", "TPOT", "E2E", "ISL", "OSL", "KV"]
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert all(re.search(rf"\b{line.split()[0]}\b", glossary) for line in block)


def test_the_readme_names_the_commands_without_a_format() -> None:
    sentence = (
        (ROOT / "README.md").read_text(encoding="utf-8").split("`--format table|json|csv|md`")[1].split("Exit")[0]
    )
    without = []
    for name, (module, _) in COMMANDS.items():
        commands = [c for c in vars(importlib.import_module(module)).values() if isinstance(c, click.Command)]
        (command,) = (c for c in commands if c.name == name)
        options = {
            text for c in (command, *getattr(command, "commands", {}).values()) for p in c.params for text in p.opts
        }
        without += [] if "--format" in options else [name]
    assert sorted(re.findall(r"`([a-z-]+)`", sentence)) == sorted(without)


PLAN = ["plan", "-m", "Qwen/Qwen3-8B", "--rate", "1"]


@pytest.mark.parametrize(
    ("args", "name", "nearest"),
    [
        (["gpus", "--format", "jsn"], "jsn", "json"),
        ([*PLAN, "--commitment", "spto"], "spto", "spot"),
        ([*PLAN, "--offer-class", "markeplace"], "markeplace", "marketplace"),
        (["simulate", "--routing", "prefx"], "prefx", "prefix"),
        (["schema", "plann"], "plann", "plan"),
    ],
)
def test_of_a_few_names_the_nearest_comes_first(
    capsys: pytest.CaptureFixture[str], args: list[str], name: str, nearest: str
) -> None:
    code, out, err = run(capsys, *args)
    assert (code, out) == (2, "")
    assert f"{name!r} is not known (nearest first: {nearest}, " in err
    assert len(err.splitlines()) == 1


def test_nearest_names_are_named_once(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "tco", "-m", "Qwen/Qwen3-8B", "--rate", "1", "--api", "openai/gpt4o")
    near = err.split("(nearest: ")[1].split(")")[0].split(";")[0].split(", ")
    assert code == 2
    assert len(near) == len(set(near)) == 3
