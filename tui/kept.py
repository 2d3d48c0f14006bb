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


def state_path() -> Path:
    from platformdirs import user_state_path

    return user_state_path("gpuplan") / STATE


def config_path() -> Path:
    from platformdirs import user_config_path

    return user_config_path("gpuplan") / CONFIG


def read(path: Path) -> Kept:
    """What was kept; nothing where there is no file. Raises InputError where it is none of ours."""
    from planner.files import bounded_text

    if not path.exists():
        return Kept()
    try:
        data = json.loads(bounded_text(path, MAX_BYTES))
        return Kept(
            str(data["theme"]), data["question"], tuple((dict(q), str(said)) for q, said in data["asked"]),
            tuple(KeptPin(dict(q), (str(gpu), str(w), str(kv))) for q, (gpu, w, kv) in data["pins"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: not what this program kept ({error}); delete it to begin anew") from error


def write(path: Path, theme: str, session: Session) -> None:
    """Keep a session, the whole file or nothing. Raises PlannerError."""
    from planner.writing import replacing

    data = {
        "theme": theme, "question": session.whole(), "asked": [(each.question, each.said) for each in session.asked],
        "pins": [(pin.question, _candidate(pin.found.cluster)) for pin in session.pins],
    }  # fmt: skip
    with replacing(path) as out:
        out.write(json.dumps(data, indent=1) + "\n")


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
