"""What stays from one session to the next: theme, question, questions of before and pins; and the keys of one's own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import InputError, unknown
from planner.frozen import dataclass

if TYPE_CHECKING:
    from tui.session import Session

MAX_BYTES = 4 * 2**20
# Letters of a line about a bent file.
MOST_SAID = 200
STATE, CONFIG = "tui.json", "tui.toml"


@dataclass(frozen=True)
class KeptPin:
    """A pin by its question and what tells the candidate from others: GPU, weight and KV format."""

    question: dict[str, Any]
    candidate: tuple[str, str, str]


@dataclass(frozen=True)
class Kept:
    theme: str = "gpuplan"
    question: dict[str, Any] | None = None
    asked: tuple[tuple[dict[str, Any], str], ...] = ()
    pins: tuple[KeptPin, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    # What of the file is none of ours, in a line.
    lost: str = ""


def state_path() -> Path:
    from platformdirs import user_state_path

    return user_state_path("gpuplan") / STATE


def config_path() -> Path:
    from platformdirs import user_config_path

    return user_config_path("gpuplan") / CONFIG


def read(path: Path) -> Kept:
    """What was kept; nothing where there is no file. Parts that are none of ours are left out, and named in `lost`."""
    from planner.files import bounded_text

    if not path.exists():
        return Kept()
    try:
        data = json.loads(bounded_text(path, MAX_BYTES))
    except (InputError, ValueError, RecursionError) as error:
        return Kept(lost=f"{path}: not what this program kept ({error}); it begins anew"[:MOST_SAID])
    return _whole(data if isinstance(data, dict) else {}, path)


def _whole(data: dict[str, Any], path: Path) -> Kept:
    """The parts that are whole."""
    from tui.shapes import is_workload

    theme, question = data.get("theme"), data.get("question")
    asked = [part for part in map(_asked, _entries(data.get("asked"))) if part is not None]
    pins = [part for part in map(_pinned, _entries(data.get("pins"))) if part is not None]
    bent = {
        "theme": not isinstance(theme, str), "question": question is not None and not is_workload(question),
        "asked": _bent(data.get("asked"), asked), "pins": _bent(data.get("pins"), pins),
    }  # fmt: skip
    names = ", ".join(name for name, is_bent in bent.items() if is_bent)
    return Kept(
        Kept().theme if bent["theme"] else str(theme), None if bent["question"] else question,
        tuple(asked), tuple(pins),
        lost=f"{path}: not all of it is what this program kept; left out of {names}" if names else "",
    )  # fmt: skip


def _entries(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _bent(value: Any, whole: list[Any]) -> bool:
    return not isinstance(value, list) or len(value) != len(whole)


def _asked(entry: Any) -> tuple[dict[str, Any], str] | None:
    from tui.shapes import is_workload

    match entry:
        case [question, str(said)] if is_workload(question):
            return question, said
    return None


def _pinned(entry: Any) -> KeptPin | None:
    from tui.shapes import is_workload

    match entry:
        case [question, [str(gpu), str(weights), str(kv)]] if is_workload(question):
            return KeptPin(question, (gpu, weights, kv))
    return None


def write(path: Path, theme: str, session: Session, before: Kept | None = None) -> None:
    """Keep a session, the whole file or nothing, with the questions and pins that another one has kept since `before`
    was read, as many as there is room for. Another one that leaves now waits until it is written. Raises PlannerError.
    """
    from planner.writing import alone_in, replacing

    with alone_in(path.parent):
        data = _joined(theme, session, before or Kept(), read(path))
        with replacing(path) as out:
            out.write(json.dumps(data, indent=1) + "\n")


def _joined(theme: str, session: Session, before: Kept, there: Kept) -> dict[str, Any]:
    """What a session leaves, and what `there` holds that was not there `before`."""
    from tui.session import ASKED, PINS

    asked = [(each.question, each.said) for each in session.asked]
    pins = [KeptPin(pin.question, _candidate(pin.found.cluster)) for pin in session.pins]
    questions = [question for question, _ in asked]
    others = [each for each in there.asked if each not in before.asked and each[0] not in questions]
    pins += [pin for pin in there.pins if pin not in before.pins and pin not in pins]
    return {
        "theme": theme, "question": session.last_whole(), "asked": [*others, *asked][-ASKED:],
        "pins": [(pin.question, pin.candidate) for pin in pins[:PINS]],
    }  # fmt: skip


def _candidate(cluster: Any) -> tuple[str, str, str]:
    return cluster.machine.gpu, cluster.replica.weight_format, cluster.replica.kv_format


def read_keys(path: Path, names: Iterable[str]) -> dict[str, str]:
    """`[keys]` of the configuration: keys by the name of what they do, commas between several.

    Raises InputError for a name that there is not, with the nearest.
    """
    from planner.request.reading import read_toml

    if not path.exists():
        return {}
    keys = read_toml(path).get("keys", {})
    known = sorted(names)
    if not isinstance(keys, dict) or not all(isinstance(value, str) for value in keys.values()):
        raise InputError(f"{path}: keys: expected a table of texts")
    for name in keys:
        if name not in known:
            raise InputError(f"{path}: keys: {unknown(name, known)}")
    return keys
