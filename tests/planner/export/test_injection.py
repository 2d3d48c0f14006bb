"""Names of users are data in every target: they come back as they were, and nothing of them runs."""

from __future__ import annotations

import dataclasses
import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.export.bench import smoke
from planner.export.derive import Choices
from planner.export.kserve import uri
from planner.export.launch import Launch
from planner.export.targets import TARGETS, export
from planner.physics.coefficients import Coefficients
from tests.planner.export import checks, questions
from tests.planner.export.conftest import Launches
from tests.planner.export.hostile import PRINTABLE, UNPRINTABLE

STUB = '#!/bin/sh\nprintf "%s\\0" "$@" > "$ARGV"\n'
SCRIPTS = {"vllm": "dense, fp8 on load", "sglang": "sglang", "trtllm": "trtllm", "llamacpp": "llama.cpp", "tgi": "tgi"}
PROGRAMS = ("vllm", "python3", "trtllm-serve", "llama-server", "text-generation-launcher", "curl")


def named(launch: Launch, text: str) -> Launch:
    """The launch with a text of a user wherever one may stand."""
    host = dataclasses.replace(launch.host, instance_type=text, provider=text, region=text, gpu=text)
    checkpoint = dataclasses.replace(launch.checkpoint, name=text, revision=text, how="stored", make=())
    return dataclasses.replace(launch, model=text, checkpoint=checkpoint, host=host, assumptions=(text, *UNPRINTABLE))


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """A directory in which every engine is a program that writes down its arguments."""
    for program in PROGRAMS:
        path = tmp_path / "bin" / program
        path.parent.mkdir(exist_ok=True)
        path.write_text(STUB)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "ARGV": str(tmp_path / "argv"), "HOME": str(tmp_path)}


def run(text: str, machine: dict[str, str]) -> list[str]:
    """The arguments of the last program that a script starts."""
    home = Path(machine["HOME"])
    subprocess.run(["sh"], input=text, text=True, env=machine, cwd=home, check=True, timeout=20)
    assert not (home / "CANARY").exists()
    return (home / "argv").read_text().split("\0")[:-1]


@pytest.mark.parametrize("target", list(SCRIPTS))
def test_a_shell_takes_names_as_they_are_and_runs_nothing_of_them(
    launches: Launches, machine: dict[str, str], target: str
) -> None:
    for text in PRINTABLE:
        words = run(export(named(launches(SCRIPTS[target]), text), target), machine)
        assert words.count(text) >= 2, text


def leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in leaves(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in leaves(each)]
    return [value] if isinstance(value, str) else []


def expanded(text: str, target: str) -> str:
    """What a target makes of a text: two dollars are one, a template is expanded."""
    if target in ("kserve", "llm-d"):
        text = text.replace("{{ `{{` }}", "{{")
    return text if target in ("ray", "skypilot") else text.replace("$$", "$")


@pytest.mark.parametrize("target", [name for name in TARGETS if name not in SCRIPTS])
@pytest.mark.parametrize("text", PRINTABLE)
def test_yaml_gives_names_back_as_they_are(launches: Launches, target: str, text: str) -> None:
    written = export(named(launches("dense, fp8 on load"), text), target)
    found = [expanded(leaf, target) for document in checks.documents(written) for leaf in leaves(document)]
    if target == "skypilot":
        assert any(checks.shlex.quote(text) in leaf for leaf in found)
    else:
        assert text in found
    assert all(line.isprintable() for line in written.splitlines() if line.startswith("#"))


def test_a_container_expands_no_variable_of_a_name(launches: Launches) -> None:
    """Kubernetes replaces $(NAME), Compose $NAME and ${NAME}: only with two dollars they stay."""
    for target in ("compose", "kubernetes", "kserve"):
        for text in ("$(HOME)", "$HOME", "${HOME}"):
            written = export(named(launches("dense, fp8 on load"), text), target)
            words = [leaf for document in checks.documents(written) for leaf in leaves(document) if "HOME" in leaf]
            arguments = [word for word in words if word.startswith("$")]
            assert any(word == text.replace("$", "$$") for word in arguments), (target, arguments)


@pytest.mark.parametrize("text", ["a b/c?d#e", "../x", "a%2fb", "{{x}}", "é/ü"])
def test_a_url_carries_names_in_percent_encoding(launches: Launches, text: str) -> None:
    launch = named(launches("dense, fp8 on load"), text)
    address = uri(dataclasses.replace(launch, checkpoint=dataclasses.replace(launch.checkpoint, revision=None)))
    rest = address.removeprefix("hf://")
    assert unquote(rest) == text
    assert not set(" ?#{}") & set(rest)


@pytest.mark.parametrize("text", PRINTABLE)
def test_the_smoke_request_is_json_with_the_name(launches: Launches, machine: dict[str, str], text: str) -> None:
    lines = smoke(dataclasses.replace(launches("hybrid"), model=text))
    curl = next(line for line in lines if line.startswith("curl"))
    words = run(curl, machine | {"URL": "http://x"})
    assert json.loads(words[-1])["model"] == text


@pytest.mark.parametrize("text", UNPRINTABLE)
def test_names_that_steer_a_terminal_start_nothing(catalogs: Catalogs, coefficients: Coefficients, text: str) -> None:
    for choices in (Choices(checkpoint=text), Choices(revision=text)):
        with pytest.raises(InputError, match="not printable"):
            questions.launch("dense", catalogs, coefficients, choices)
