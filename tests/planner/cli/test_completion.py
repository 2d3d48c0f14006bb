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
from planner.cli.main import main

OPTIONS = {
    "--model": ("openai/gpt-oss-1", "openai/gpt-oss-120b"), "--gpu": ("h100 s", "H100 SXM"),
    "--weights": ("awq", "awq_int4_g128"), "--kv": ("fp", "fp8"), "--engine": ("v", "vllm"),
    "--preset": ("azure-c", "azure-code"), "--provider": ("aw", "aws"), "--region": ("us-e", "us-east-1"),
    "--offer-class": ("m", "marketplace"), "--grid": ("ger", "germany"), "--term": ("usd_per_k", "usd_per_kwh="),
    "--min-score": ("mmlu", "mmlu"), "--why-not": ("h20", "H200 SXM"), "--commitment": ("sp", "spot"),
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


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"COMP_WORDS": "gpuplan"},
        {"COMP_WORDS": "gpuplan", "COMP_CWORD": "x"},
        {"COMP_WORDS": "", "COMP_CWORD": "9" * 99},
    ],
)
def test_an_answer_without_the_words_of_a_shell_is_one_line(
    given: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"_GPUPLAN_COMPLETE": "bash_complete", **given}.items():
        monkeypatch.setenv(name, value)
    assert main(["models"]) == 2
    assert capsys.readouterr() == (
        "", "gpuplan: _GPUPLAN_COMPLETE: the script of `gpuplan completion` sets it, with COMP_WORDS and COMP_CWORD\n"
    )  # fmt: skip


def test_fish_gives_a_word_in_place_of_its_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"_GPUPLAN_COMPLETE": "fish_complete", "COMP_WORDS": "gpuplan estim", "COMP_CWORD": "estim"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    main([])
    assert "estimate" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["plan", "estimate", "simulate", "tco", "quant"])
def test_the_options_of_users_complete(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    for typed, whole in (("--us", "--users"), ("--act", "--active-share"), ("--requests-p", "--requests-per-user-hour"),
                         ("--thi", "--think-time"), ("--tok", "--tokens-per-month")):  # fmt: skip
        offered = [item.value for item in command.shell_complete(click.Context(command), typed)]
        assert offered == [whole]


def _offered(command: str, flag: str, typed: str) -> list[str]:
    found = cli.get_command(click.Context(cli), command)
    assert found is not None
    option = next(p for p in found.params if flag in p.opts)
    return [item.value for item in option.shell_complete(click.Context(found), typed)]


def test_apis_complete_by_provider_and_by_model() -> None:
    assert "openai/gpt-4o" in _offered("tco", "--api", "openai/gpt-4")
    assert "openai/gpt-4o" in _offered("tco", "--api", "gpt-4")


def test_a_provider_completes_by_what_people_call_it() -> None:
    assert _offered("plan", "--provider", "amaz") == ["amazon", "amazon web services"]


def test_regions_are_those_of_the_provider_that_is_named() -> None:
    command = cli.get_command(click.Context(cli), "plan")
    assert command is not None
    context = click.Context(command)
    context.params["providers"] = ("google",)
    found = completion.regions(context, command.params[0], "us-")
    assert found
    assert "us-east-1" not in found


@pytest.mark.parametrize(
    ("shell", "word"), [("bash", "complete -o"), ("zsh", "compdef"), ("fish", "complete --no-files")]
)
def test_the_script_of_a_shell_is_printed(shell: str, word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    said = capsys.readouterr()
    assert word in said.out
    assert "_GPUPLAN_COMPLETE" in said.out


def test_the_shell_is_that_of_the_user_and_another_one_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHELL", "/bin/zsh")
    assert main(["completion"]) == 0
    assert "compdef" in capsys.readouterr().out
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    assert main(["completion"]) == 2
    assert "name one of bash, zsh, fish" in capsys.readouterr().err
