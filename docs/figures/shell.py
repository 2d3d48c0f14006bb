"""Commands of the documents, run in this process as on a machine that has nothing but the project."""

from __future__ import annotations

import io
import json
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from planner.answers import Infeasible, Plan
from planner.cli.main import main
from planner.planner import Planner
from planner.request.request import Request

ROOT = Path(__file__).parents[2]
COLUMNS = "100"
# An answer, and a true negative answer.
ANSWERED = (0, 1)


PLANNED: dict[str, Plan | Infeasible] = {}
_plan = Planner.plan


def _once(self: Planner, request: Request, **asked: Any) -> Plan | Infeasible:
    """The plan of a request, made once for all documents that show it: it takes seconds, and is the same."""
    key = f"{self.dated(request).model_dump_json()} {[asked.get('verify', True), *asked.get('why_not', ())]}"
    if key not in PLANNED:
        PLANNED[key] = _plan(self, request, **asked)
    return PLANNED[key]


@contextmanager
def plain() -> Iterator[None]:
    """No terminal, no records of one's own, and the folder of the project: what is printed is the same everywhere."""
    here = Path.cwd()
    with (
        patch.dict(os.environ, {"COLUMNS": COLUMNS}),
        patch("planner.cli.common.overlay", lambda catalog: catalog),
        patch.object(Planner, "plan", _once),
    ):
        os.chdir(ROOT)
        try:
            yield
        finally:
            os.chdir(here)


@cache
def answer(*args: str) -> str:
    """What `gpuplan` prints for these arguments. Raises ValueError where it is no answer."""
    out, err = io.StringIO(), io.StringIO()
    with plain(), redirect_stdout(out), redirect_stderr(err):
        code = main(list(args))
    if code not in ANSWERED:
        raise ValueError(f"gpuplan {shlex.join(args)}: exit code {code}: {err.getvalue().strip()}")
    return out.getvalue()


def record(*args: str) -> Any:
    """The answer of a command as decoded JSON."""
    return json.loads(answer(*args, "--format", "json"))


def shown(command: str) -> str:
    """What a command line of a document prints: `gpuplan ...`, or that with `| head -N`. Raises ValueError."""
    words = shlex.split(command)
    lines = None
    if words[-3:-1] == ["|", "head"] and words[-1].lstrip("-").isdigit():
        lines, words = int(words[-1].lstrip("-")), words[:-3]
    if words[:1] != ["gpuplan"] or "|" in words:
        raise ValueError(f"{command}: expected `gpuplan ...`, with `| head -N` at most")
    return "".join(line.rstrip() + "\n" for line in answer(*words[1:]).splitlines()[:lines])
