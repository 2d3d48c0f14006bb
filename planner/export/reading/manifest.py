"""The engine's command in a manifest: Compose, Kubernetes and what is built on it, SkyPilot, Ray Serve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from planner.errors import InputError
from planner.export.launch import FOLDER
from planner.export.reading.bounds import ExcessError, Expansion
from planner.export.reading.lexer import Simple, commands
from planner.export.reading.line import Started, engine_of_image, first_started
from planner.export.reading.nodes import UnreadError, documents_of

MOUNTED = "/mnt/models"


def manifest_of(text: str) -> list[Any]:
    """The documents of a text that is YAML with tables rather than a command; none of a command. Raises ExcessError, an
    InputError, for YAML that is larger than what is read."""
    try:
        found = documents_of(text)
    except UnreadError:
        return []
    marks = {"services", "kind", "run", "applications"}
    return found if any(isinstance(each, dict) and set(each) & marks for each in found) else []


def started_in(documents: list[Any]) -> Started:
    """The first engine that a manifest's documents start; raises InputError where there is none."""
    added = Expansion()
    for document in documents:
        for table in _tables(document):
            found = _of_container(table, added) or _of_task(table, added) or _of_ray(table)
            if found is not None:
                return _fetched(found, document)
    raise InputError("--from-command: the manifest has no container that starts a known engine")


def _tables(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every table inside; one that stands in several places (an alias) once."""
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if not isinstance(each, dict | list) or id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, dict):
            yield each
        waiting += reversed(list(each.values()) if isinstance(each, dict) else each)


def _of_container(table: Mapping[str, Any], added: Expansion) -> Started | None:
    """A container by its image: its whole command, or what its image starts with its arguments."""
    image = table.get("image")
    if not isinstance(image, str):
        return None
    head, tail = _words(table.get("entrypoint")), _words(table.get("command"))
    words = [*head, *tail, *_words(table.get("args"))]
    environment = _environment(table.get("environment") or table.get("env"))
    try:
        found = first_started([Simple(tuple(words))], None, environment, added)
        if found.found:
            return found
    except ExcessError:
        raise
    except InputError:
        pass
    # An entry point of its own, or a command with arguments, is another program than the image's.
    other = bool(head) or (bool(tail) and "args" in table)
    spelling = None if other or not words else engine_of_image(image)
    return None if spelling is None else Started(spelling, tuple(words), environment)


def _words(value: Any) -> list[str]:
    """A list of words, or a text that a shell would split; two dollars are one there."""
    if isinstance(value, list):
        return [_plain(str(word)) for word in value if isinstance(word, str | int | float)]
    if isinstance(value, str):
        return [_plain(word) for command in commands(value.replace("\n", " ")) for word in command.words]
    return []


def _plain(word: str) -> str:
    return word.replace("{{ `{{` }}", "{{").replace("$$", "$")


def _environment(value: Any) -> dict[str, str]:
    if isinstance(value, dict):
        return {str(name): str(text) for name, text in value.items() if isinstance(text, str | int | float)}
    listed = value if isinstance(value, list) else []
    pairs = [(each.get("name"), each.get("value")) for each in listed if isinstance(each, dict)]
    pairs += [tuple(each.split("=", 1)) for each in listed if isinstance(each, str) and "=" in each]  # type: ignore[misc]
    return {str(name): str(text) for name, text in pairs if name is not None and text is not None}


def _of_task(table: Mapping[str, Any], added: Expansion) -> Started | None:
    """A task whose `run` is a shell text."""
    if not isinstance(table.get("run"), str):
        return None
    try:
        return first_started(commands(table["run"]), None, _environment(table.get("envs")), added)
    except ExcessError:
        raise
    except InputError:
        return None


def _of_ray(table: Mapping[str, Any]) -> Started | None:
    """An LLMConfig: its engine arguments as flags."""
    model, arguments = table.get("model_loading_config"), table.get("engine_kwargs")
    if not isinstance(model, dict) or not isinstance(arguments, dict):
        return None
    import json

    words = ["vllm", "serve", str(model.get("model_source") or model.get("model_id"))]
    for name, value in arguments.items():
        flag = f"--{str(name).replace('_', '-')}"
        if isinstance(value, dict | list):
            words += [flag, json.dumps(value)]
        elif value is True:
            words.append(flag)
        elif value is not False and value is not None:
            words += [flag, str(value)]
    return first_started([Simple(tuple(words))])


def _fetched(found: Started, document: Any) -> Started:
    """The engine with the model that was fetched for it in place of where that is mounted."""
    spec = document.get("spec") if isinstance(document, dict) else None
    model = spec.get("model") if isinstance(spec, dict) else None
    uri = model.get("uri") if isinstance(model, dict) else None
    if not isinstance(uri, str):
        return found
    scheme, _, rest = uri.partition("://")
    rest = unquote(rest)
    name = rest.partition(":")[0] if scheme == "hf" else f"{FOLDER}/{rest.partition('/')[2]}"
    words = tuple(name if word == MOUNTED else word for word in found.words)
    return Started(found.spelling, words, found.environment, found.files)
