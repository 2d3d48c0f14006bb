"""Shell completion: names from the catalogs, and no model is parsed for them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from models_db import catalog
from planner.cli import completion
from planner.cli.app import cli

OPTIONS = {
    "--model": ("openai/gpt-oss-1", "openai/gpt-oss-120b"), "--gpu": ("h100 s", "H100 SXM"),
    "--weights": ("awq", "awq_int4_g128"), "--kv": ("fp", "fp8"), "--engine": ("v", "vllm"),
    "--preset": ("azure-c", "azure-code"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(OPTIONS))
def test_an_option_completes_names_of_the_catalogs(name: str) -> None:
    typed, expected = OPTIONS[name]
    command = cli.get_command(click.Context(cli), "plan")
    assert command is not None
    option = next(p for p in command.params if name in p.opts)
    offered = [item.value for item in option.shell_complete(click.Context(command), typed)]
    assert expected in offered
    assert all(value.lower().startswith(typed) for value in offered)


def test_models_are_offered_by_the_part_after_the_slash_and_never_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    def parsed(path: Path) -> None:
        raise AssertionError(f"{path} was parsed")

    monkeypatch.setattr(catalog, "read_models", parsed)
    command = cli.get_command(click.Context(cli), "plan")
    assert command is not None
    offered = completion.models(click.Context(command), command.params[0], "gpt-oss-1")
    assert offered == ["openai/gpt-oss-120b"]


def test_the_shell_gets_its_answer() -> None:
    environment = {
        "_GPUPLAN_COMPLETE": "bash_complete",
        "COMP_WORDS": "gpuplan plan -m openai/gpt-oss-1",
        "COMP_CWORD": "3",
    }
    code = "from planner.cli.main import main; raise SystemExit(main([]))"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["plain,openai/gpt-oss-120b"]


@pytest.mark.parametrize("name", ["plan", "estimate", "simulate", "tco", "quant"])
def test_the_options_of_users_complete(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    for typed, whole in (("--us", "--users"), ("--act", "--active-share"), ("--requests-p", "--requests-per-user-hour"),
                         ("--thi", "--think-time"), ("--tok", "--tokens-per-month")):  # fmt: skip
        offered = [item.value for item in command.shell_complete(click.Context(command), typed)]
        assert offered == [whole]
