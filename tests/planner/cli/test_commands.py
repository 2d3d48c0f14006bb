from __future__ import annotations

import importlib

import click

from planner.cli.commands import COMMANDS, top_help


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
