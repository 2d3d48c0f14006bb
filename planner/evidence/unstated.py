"""How runs were made where their sources do not say so: found from neighbouring runs, kept with the reason."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from models_db.schema import Model
from planner.evidence import FOLDER

EVIDENCE = FOLDER / "unstated.toml"
WHOLE = re.compile(r"\d{1,12}\.0*")
STATED_GROUPS = re.compile(r"stream[_-]interval[ =](\d{1,4})\b")


def drafts(row: Mapping[str, str], model: Model) -> bool:
    """Whether the run is one of those that drafted tokens without saying so."""
    return any(_is_of(row, model, run) for run in _runs("drafting"))


def grouped(row: Mapping[str, str], model: Model) -> float:
    """Tokens of a sequence that the server sends together: its first is seen only when so many are made."""
    stated = STATED_GROUPS.search(row.get("note") or "")
    if stated:
        return max(1.0, float(stated.group(1)))
    return next((float(run["tokens"]) for run in _runs("grouped") if _is_of(row, model, run)), 1.0)


def staggered(row: Mapping[str, str], model: Model) -> bool:
    """Whether clients with requests of one length did not keep step with each other."""
    return any(_is_of(row, model, run) for run in _runs("staggered"))


def alike(row: Mapping[str, str], model: Model) -> bool:
    """Whether all requests of a run end together though no lengths are said to be fixed."""
    return any(_is_of(row, model, run) for run in _runs("alike"))


def cached(row: Mapping[str, str], model: Model) -> float:
    """Share of its prompts that the server found in its prefix cache."""
    return next((float(run["hit"]) for run in _runs("cached") if _is_of(row, model, run)), 0.0)


def polled(row: Mapping[str, str], model: Model, clients: float) -> float:
    """Steps that a request waits on average until the scheduler looks for new ones."""
    run = next((run for run in _runs("polled") if _is_of(row, model, run)), None)
    return max((every for least, every in run["every"] if clients >= least), default=0.0) / 2.0 if run else 0.0


def late(row: Mapping[str, str], model: Model) -> float:
    """Share of a request's time that was over before its client read the first token."""
    return next((float(run["share"]) for run in _runs("late") if _is_of(row, model, run)), 0.0)


def eager(row: Mapping[str, str], model: Model) -> bool:
    """Whether the server ran without CUDA graphs."""
    return any(_is_of(row, model, run) for run in _runs("eager"))


def uncached(row: Mapping[str, str], model: Model) -> bool:
    """Whether the server ran without a prefix cache."""
    return any(_is_of(row, model, run) for run in _runs("uncached"))


def unclear(row: Mapping[str, str], model: Model) -> bool:
    """Whether a run's figures contradict what the machine can do, for a reason that is not fully known."""
    return any(_is_of(row, model, run) for run in _runs("unclear"))


def remote(row: Mapping[str, str], model: Model) -> float:
    """Seconds that the way between clients and server adds to a first token."""
    return next((float(run["seconds"]) for run in _runs("remote") if _is_of(row, model, run)), 0.0)


def _is_of(row: Mapping[str, str], model: Model, run: Mapping[str, Any]) -> bool:
    seen = f"{row.get('engine_version') or ''} {row.get('note') or ''}"
    return (
        run["source"] in (row.get("source") or "")
        and run.get("model", model.id) == model.id
        and run["seen"] in seen
        and all(_plain(row.get(name) or "") in map(_plain, values) for name, values in run.get("row", {}).items())
    )


def _plain(text: str) -> str:
    """A number with a point or without: `4000.0` is `4000`."""
    return f"{float(text):g}" if WHOLE.fullmatch(text) else text


@cache
def _runs(kind: str) -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads(EVIDENCE.read_text(encoding="utf-8"))[kind])
