"""Whether the text of a target is valid, by the checker of that target."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from planner.export.reading.line import engine_of_image, started
from planner.export.servers import servers
from tests.planner.export import checks

MANIFESTS = ("kubernetes", "kserve", "llm-d", "dynamo")
IMAGES = (*MANIFESTS, "compose", "skypilot")
COMMANDS = {"vllm": "vllm", "sglang": "sglang", "trtllm": "tensorrt-llm", "llamacpp": "llama.cpp"}


def check(target: str, text: str, schemas: Path) -> None:
    """Raise where a target's text is not valid."""
    if target in IMAGES:
        check_programs(text)
    if target in MANIFESTS:
        checks.check_manifest(text, schemas)
    elif target == "compose":
        checks.validate(checks.documents(text)[0], checks.table(schemas / "compose-spec.json"))
    elif target == "skypilot":
        check_task(text, schemas)
    elif target == "ray":
        check_application(text, schemas)
    else:
        checks.check_shell(text)
        check_flags(target, text, schemas)


def check_programs(text: str) -> None:
    """In an image, a program is started where the image has it."""
    for document in checks.documents(text):
        said = list(_strings(document))
        engines = {found.id for each in said if " " not in each and (found := engine_of_image(each))}
        for server in servers().server:
            if server.engine in engines and server.program:
                words = {word for each in said for word in _words(each)}
                assert server.program in words
                assert PurePosixPath(server.program).name not in words, f"{server.engine}: not on the image's path"


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return [text]


def check_flags(target: str, text: str, schemas: Path) -> None:
    """The flags of an engine's command by the newest list of its arguments, where there is one."""
    if target not in COMMANDS:
        return
    words = checks.arguments([str(word) for word in started(text).words])
    assert checks.flag_problems(words, schemas / checks.LISTS[COMMANDS[target]][0]) == [], target


def check_task(text: str, schemas: Path) -> None:
    """A task with its service and its resources, each by its own schema."""
    [task] = checks.documents(text)
    for part, of in (("task", task), ("service", task["service"]), ("resources", task["resources"])):
        checks.validate(of, checks.table(schemas / f"skypilot_{part}.json"))
    checks.check_shell(task["run"])


def check_application(text: str, schemas: Path) -> None:
    """The fields of LLMConfig, and the engine's arguments by their flags."""
    [document] = checks.documents(text)
    arguments = document["applications"][0]["args"]
    config = arguments["llm_config"] if "llm_config" in arguments else arguments["llm_configs"][0]
    fields = checks.table(schemas / "ray_serve_llm_fields.json")
    known = {field["name"] for field in fields["classes"]["LLMConfig"]["fields"]}
    assert set(config) <= known
    assert config.get("accelerator_type", "H100") in fields["accelerator_type_constants"]
    flags = {flag["name"] for flag in checks.table(schemas / "vllm_flags.json")["flags"]}
    assert {f"--{name.replace('_', '-')}" for name in config["engine_kwargs"]} <= flags
