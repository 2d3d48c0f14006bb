"""Flags of a launch line by what they set. Reads `flags.toml`."""

import json
import re
from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from hardware_db.schema import Date, Record
from planner.shipped import shipped_toml

DATA = Path(__file__).with_name("flags.toml")
TextTuple = Annotated[tuple[str, ...], Field(strict=False)]
NUMBER = re.compile(r"-\d+(\.\d+)?$")
# A flag that had no value in older builds.
FLASH = "flash_attn"
# Words that a flag of truth may be given, too.
TRUTH = {"true": True, "false": False}


class Ignored(Record):
    """Flags that move nothing that is estimated."""

    values: TextTuple = ()
    bare: TextTuple = ()


class EngineSpelling(Record):
    """How an engine is started, and its flags; see `flags.toml`."""

    id: str
    commands: Annotated[tuple[TextTuple, ...], Field(strict=False)]
    images: TextTuple
    positional: bool
    dotted: bool = False
    ignored_prefixes: TextTuple = ()
    values: dict[str, str]
    bare: dict[str, str]
    ignored: Ignored

    @cached_property
    def known(self) -> frozenset[str]:
        """Every flag, without its dashes."""
        return frozenset((*self.values, *self.bare, *self.ignored.values, *self.ignored.bare))

    @cached_property
    def ordered(self) -> tuple[str, ...]:
        """The same in order, so that those with one beginning stand together."""
        return tuple(sorted(self.known))


class Spellings(Record):
    """All of `flags.toml`."""

    checked: Date
    sources: TextTuple
    engine: Annotated[tuple[EngineSpelling, ...], Field(strict=False)]


@cache
def spellings() -> tuple[EngineSpelling, ...]:
    """The engines, in the order in which their names are looked for."""
    return Spellings.model_validate(shipped_toml(DATA)).engine


def own_flag(engine: str, meaning: str) -> str:
    """What an engine itself calls a setting, empty where it has no flag for it.

    >>> own_flag("sglang", "eager"), own_flag("vllm", "memory_fraction")
    ('--disable-cuda-graph', '--gpu-memory-utilization')
    """
    spelling = next((each for each in spellings() if each.id == engine), None)
    known = {} if spelling is None else {**spelling.values, **spelling.bare}
    return next((f"--{flag}" for flag, means in known.items() if means == meaning), "")


@dataclass
class Said:
    """What a line says: values by what they set (of flags that stand twice the last), words without a flag, and the
    flags that nobody here reads."""

    values: dict[str, Any] = field(default_factory=dict)
    positional: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    unmodelled: list[str] = field(default_factory=list)


def said_in(words: Sequence[str], spelling: EngineSpelling) -> Said:
    """The flags among the words after an engine's command."""
    found, rest = Said(), deque(words)
    while rest:
        word = rest.popleft()
        if not word.startswith("-") or word == "-" or NUMBER.match(word):
            found.positional.append(word)
            continue
        name, given, value = word.partition("=")
        stem, _, path = name.lstrip("-").replace("_", "-").partition(".") if spelling.dotted else (*_plain(name), "")
        flag = _full(stem, spelling)
        _take(found, spelling, flag, name, value if given else None, path, rest)
    return found


def _plain(name: str) -> tuple[str, str]:
    return name.lstrip("-").replace("_", "-"), ""


def _full(stem: str, spelling: EngineSpelling) -> str:
    """The flag that a unique beginning of one means; the word itself where there is none."""
    lowered = stem if stem in spelling.known else stem.lower()
    if lowered in spelling.known or len(lowered) < 3:
        return lowered
    start = bisect_left(spelling.ordered, lowered)
    longer: dict[str, str] = {}
    for flag in spelling.ordered[start:]:
        if not flag.startswith(lowered):
            break
        longer[spelling.values.get(flag, flag)] = flag
    return next(iter(longer.values())) if len(longer) == 1 else lowered


def _take(found: Said, s: EngineSpelling, flag: str, name: str, value: str | None, path: str, rest: deque[str]) -> None:
    """Read one flag, with the next word where it takes one."""
    off = flag.startswith("no-") and flag[3:] in s.bare
    if flag in s.bare or off or flag in s.ignored.bare:
        taken = _truth(value, rest) and not off
        meaning = s.bare.get(flag.removeprefix("no-") if off else flag)
        if meaning == "unmodelled" and taken:
            found.unmodelled.append(name)
        elif meaning is not None:
            found.values[meaning] = taken
        return
    if value is None and rest and (not rest[0].startswith("-") or NUMBER.match(rest[0])):
        value = rest.popleft()
    meaning = s.values.get(flag)
    if meaning == "unmodelled":
        found.unmodelled.append(name)
    elif meaning == FLASH and value is None:
        found.values[meaning] = "on"
    elif meaning is not None and value is not None:
        _keep(found, meaning, path, value)
    elif flag not in s.ignored.values and not flag.startswith(tuple(s.ignored_prefixes) or ("\0",)):
        found.unread.append(name)


def _truth(value: str | None, rest: deque[str]) -> bool:
    """A flag of truth, alone or with a word for it."""
    if value is None and rest and rest[0].lower() in TRUTH:
        value = rest.popleft()
    return value is None or TRUTH.get(value.lower(), True)


def _keep(found: Said, meaning: str, path: str, value: str) -> None:
    """A value, or a part of a JSON value where the flag has a path (`--speculative-config.method mtp`)."""
    if not path:
        found.values[meaning] = value
        return
    table = found.values.get(meaning)
    table = table if isinstance(table, dict) else _json(table)
    table[path.replace("-", "_")] = _json_value(value)
    found.values[meaning] = table


def count(value: object, most: int) -> int | None:
    """A whole number from 1 to `most`, however it is written; None for anything else.

    >>> count("8", 64), count("8" * 5000, 64), count("$N", 64), count("0", 64)
    (8, None, None, None)
    """
    text = str(value)[: len(str(most)) + 1] if isinstance(value, str) else str(value)
    found = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(most)) else 0
    return found if 1 <= found <= most else None


def _json(text: object) -> dict[str, Any]:
    try:
        found = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _json_value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
