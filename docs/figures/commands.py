"""The commands that documents show, and whether the project has them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from docs.figures.markdown import joined, prompted
from docs.figures.shell import ROOT, plain
from planner.cli.app import cli
from planner.errors import PlannerError

BLOCK = re.compile(r"^```(?P<kind>sh|console)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`((?:gpuplan|make|python -m) [^`]+)`")
COMMENT = re.compile(r"\s+#\s.*$")
# Names that stand for something of the reader's, in capitals; what a document says are files of the reader's.
PLACEHOLDER = re.compile(r"[A-Z]{2,}(\.csv|\.toml)?")
YOURS = frozenset(
    {
        "trace.csv", "./config.json", "speeds.csv", "my-scores.csv", "list.csv", "bench.json", "start.log",
        "sweep.jsonl", "cases.csv", "runs/*.json",
    }
)  # fmt: skip
PROGRAMS = frozenset({"git", "grep", "cut", "head", "pre-commit", "pipx", "uv", "cd", "export"})


def commands(text: str) -> list[str]:
    """Every command of a text, in one line each: in blocks of shell, in sessions and in code spans."""
    found: list[str] = []
    for block in BLOCK.finditer(text):
        lines = prompted(block["text"]) if block["kind"] == "console" else _lines(block["text"])
        found += [joined(line) for line in lines]
    return found + [" ".join(span.split()) for span in INLINE.findall(BLOCK.sub("", text))]


def _lines(text: str) -> list[str]:
    lines = [COMMENT.sub("", line) for line in re.findall(r"(?:.*\\\n)*.+", text)]
    return [line for line in lines if line.strip() and not line.startswith("#")]


def problem(command: str) -> str:
    """What is wrong with a command; empty where the project has it and it can be parsed."""
    words = shlex.split(command.partition(" | ")[0])
    program = words[0].removeprefix(".venv/bin/")
    if program == "gpuplan":
        return _unparsed(words[1:])
    if program == "make":
        return _no_target(words[1])
    if program.startswith("python"):
        return _no_module(words[2]) if words[1] == "-m" else ""
    return "" if program in PROGRAMS else f"{program} is not known"


def parsed(args: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The command and its parameters, as the command line takes them. Raises what it raises."""
    with plain(), cli.make_context("gpuplan", list(args)) as context:
        name, command, rest = cli.resolve_command(context, list(args))
        return str(name), {} if command is None else command.make_context(name, rest, parent=context).params


def _unparsed(args: Sequence[str]) -> str:
    """Why the command line does not take these arguments."""
    try:
        parsed([str(ROOT / "pyproject.toml") if _of_the_reader(word) else word for word in args])
    except click.ClickException as error:
        return error.format_message()
    except PlannerError as error:
        return str(error)
    return ""


def _of_the_reader(word: str) -> bool:
    return word in YOURS or PLACEHOLDER.fullmatch(word) is not None


def _no_target(target: str) -> str:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return "" if re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE) else f"make has no {target}"


def _no_module(name: str) -> str:
    return "" if find_spec(name) else f"no module {name}"


def documents() -> list[Path]:
    """The documents of the project."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
