"""Which engine a text starts, with which words: a command, a script, `docker run`, or flags alone."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field

from planner.errors import InputError
from planner.export.reading.bounds import ExcessError, Expansion
from planner.export.reading.flags import EngineSpelling, Said, said_in, spellings
from planner.export.reading.lexer import ASSIGNED, Simple, commands, expanded

RUNNERS = ("docker", "podman", "nerdctl")
# Options of `docker run` whose value is a word of its own.
WITH_VALUE = (
    "-e", "--env", "-v", "--volume", "-p", "--publish", "--name", "--network", "--net", "--gpus", "--device",
    "--runtime", "--ipc", "--shm-size", "--group-add", "--security-opt", "--cap-add", "--ulimit", "-u", "--user",
    "-w", "--workdir", "--entrypoint", "--mount", "--env-file", "--restart", "--memory", "-m", "--cpus",
    "--label", "-l", "--platform",
)  # fmt: skip
# What a YAML fragment begins with when only its `command:` was copied.
FRAGMENT = re.compile(r"^[ \t]*(?:command|args|entrypoint)[ \t]*:\s*[>|]?[+-]?\s*", re.MULTILINE)
# The GPU as `export` states it in a comment.
STATED_GPU = re.compile(r"^[ \t]*# gpu: (\S.*)$", re.MULTILINE)
# Words of flags that stand alone; each is looked up for every engine.
MOST_ALONE = 10_000
SHELLS = ("sh", "bash", "dash", "zsh")


@dataclass(frozen=True)
class Started:
    """An engine and the words after its command; files: texts that were written before it, by path."""

    spelling: EngineSpelling
    words: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    found: bool = True


def started(text: str, engine: str | None = None) -> Started:
    """The first engine that a shell text starts; flags alone are of `engine`, or of the one that knows most of them.

    Raises InputError where there is none.
    """
    return first_started(commands(FRAGMENT.sub("", text)), engine)


def first_started(
    simple: Sequence[Simple],
    engine: str | None = None,
    given: MutableMapping[str, str] | None = None,
    added: Expansion | None = None,
    depth: int = 0,
) -> Started:
    """The same of commands; given: variables that hold for all of them; added: what the text expanded to so far;
    depth: shells around them. Raises ExcessError, an InputError, where a bound of these is passed."""
    added = Expansion() if added is None else added
    variables, files = ChainMap({}, {} if given is None else given), dict[str, str]()
    for command in simple:
        words = [expanded(word, variables, added) for word in command.words]
        words = _assigned(words, variables)
        if words[:1] == ["printf"] and command.output:
            files[expanded(command.output, variables, added)] = words[-1]
        inner = _inner(words)
        if inner is not None:
            added.enter(depth + 1, len(inner))
            try:
                return first_started(commands(inner), engine, variables, added, depth + 1)
            except ExcessError:
                raise
            except InputError:
                continue
        found = _engine_of(words)
        if found is not None:
            spelling, rest = found
            return Started(spelling, tuple(rest), {**variables, **_docker_environment(words)}, files)
    return _flags_alone(simple, engine, variables, files, added)


def _assigned(words: list[str], variables: MutableMapping[str, str]) -> list[str]:
    """The words after assignments, which are kept."""
    at = 1 if words[:1] in (["export"], ["env"]) else 0
    while at < len(words) and (match := ASSIGNED.fullmatch(words[at])):
        variables[match.group(1)] = match.group(2)
        at += 1
    return words[at:]


def _inner(words: Sequence[str]) -> str | None:
    """The text that a shell is given to run."""
    for i, word in enumerate(words[:-2]):
        if _program(word) in SHELLS and re.fullmatch(r"-[a-z]*c", words[i + 1]):
            return words[i + 2]
    return None


def _engine_of(words: Sequence[str]) -> tuple[EngineSpelling, list[str]] | None:
    """The engine that a command starts by its program, and the words after it; else by its image."""
    heads = [(spelling, head) for spelling in spellings() for head in spelling.commands]
    first = {head[0] for _, head in heads}
    for i, word in enumerate(words):
        if word not in first and _program(word) not in first:
            continue
        for spelling, head in heads:
            if i + len(head) <= len(words) and _matches(words[i : i + len(head)], head):
                return spelling, list(words[i + len(head) :])
    if any(_program(word) in RUNNERS for word in words[:3]):
        return _of_image(words)
    return None


def _matches(words: Sequence[str], head: Sequence[str]) -> bool:
    return (_program(words[0]) or words[0], *words[1:]) == tuple(head) or tuple(words) == tuple(head)


def _program(word: str) -> str:
    """The name of a program, also of Windows.

    >>> _program("/app/llama-server"), _program(r"C:\\llama.cpp\\llama-server.exe")
    ('llama-server', 'llama-server')
    """
    name = re.split(r"[/\\]", word)[-1]
    return name[:-4] if name.lower().endswith(".exe") else name


def _of_image(words: Sequence[str]) -> tuple[EngineSpelling, list[str]] | None:
    """The image of `docker run`, whose entry point is the engine's."""
    i = next((i for i, word in enumerate(words) if word == "run"), len(words)) + 1
    while i < len(words):
        word = words[i]
        if word.startswith("-"):
            i += 2 if word in WITH_VALUE else 1
            continue
        spelling = engine_of_image(word)
        return None if spelling is None else (spelling, list(words[i + 1 :]))
    return None


def engine_of_image(image: str) -> EngineSpelling | None:
    """The engine that a container image holds, by its name.

    >>> engine_of_image("vllm/vllm-openai:v0.17.0").id
    'vllm'
    """
    name = image.lower()
    return next((s for s in reversed(spellings()) if any(part in name for part in s.images)), None)


def _docker_environment(words: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for i, word in enumerate(words[:-1]):
        match = ASSIGNED.fullmatch(words[i + 1])
        if word in ("-e", "--env") and match:
            found[match.group(1)] = match.group(2)
    return found


def _flags_alone(
    simple: Sequence[Simple],
    engine: str | None,
    variables: Mapping[str, str],
    files: Mapping[str, str],
    added: Expansion,
) -> Started:
    """Flags without a command: of the engine that was named, or that knows most of them."""
    words = [expanded(word, variables, added) for command in simple for word in command.words]
    if len(simple) == 1 and len(words) > MOST_ALONE:
        raise ExcessError(f"--from-command: more than {MOST_ALONE:,} words without a command")
    flags = [word for word in words if word.startswith("-")]
    named = next((s for s in spellings() if s.id == engine), None)
    alone = bool(flags) and len(simple) == 1 and words[:1] == flags[:1]
    spelling = named or (min(spellings(), key=lambda s: len(said_in(words, s).unread)) if alone else spellings()[0])
    said = said_in(words, spelling) if alone else Said()
    if not alone or (named is None and len(said.unread) == len(flags)) or "model" not in said.values:
        known = ", ".join(" ".join(s.commands[0]) for s in spellings())
        raise InputError(f"--from-command: no engine is started there (known: {known})")
    return Started(spelling, tuple(words), variables, files, found=named is not None)
