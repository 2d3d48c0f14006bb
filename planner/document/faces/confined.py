"""Templates of others in a process of their own: bounded in memory, output and processor time, and without a network.

A template is a program, and whether it ends cannot be told from its text. typst counts no steps that could be bounded,
so that the bound is one of processor time; it refuses a template and decides no answer (docs/decisions/0020).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planner.errors import InputError, PlannerError

# Address space, bytes of the document and processor seconds: the PDF of docs/samples/money.json takes less than
# 512 MiB, 0.9 MB and 1.2 s (2026-11-29).
MOST_MEMORY_BYTES, MOST_OUTPUT_BYTES, MOST_CPU_S = 640 * 2**20, 2**26, 10
REFUSED = 2
# Nobody listens there: a template that asks for a package of the network is refused it.
NOWHERE = "http://127.0.0.1:9"
PROXIES = ("http_proxy", "https_proxy", "all_proxy")


def confined(job: str, given: Mapping[str, Any], place: Path | str) -> bytes:
    """What a job of `planner.document.faces.apart` makes of what it is given.

    place: what errors name. Raises InputError where the template is wrong or passes a bound.
    """
    command = [sys.executable, "-P", "-m", "planner.document.faces.apart", job, str(MOST_CPU_S)]
    with tempfile.TemporaryFile() as out:
        text = json.dumps(given, ensure_ascii=True).encode("ascii")
        told = subprocess.run(
            command, input=text, stdout=out, stderr=subprocess.DEVNULL, env=_environment(), check=False
        )
        out.seek(0)
        found = out.read()
    if told.returncode == 0:
        return found
    if told.returncode == REFUSED:
        raise InputError(found.decode("utf-8", "replace"))
    raise InputError(f"--template: {place}: {_ended(told.returncode)}")


def _ended(code: int) -> str:
    """Why a process ended that said nothing."""
    if -code in (getattr(signal, "SIGXCPU", None), getattr(signal, "SIGKILL", None)):
        return f"takes more than {MOST_CPU_S} s of processor time"
    return f"{out_of_memory()}, or ends the program that fills it in (exit code {code})"


def out_of_memory() -> str:
    return f"takes more than {MOST_MEMORY_BYTES // 2**20:,} MiB of memory"


def _environment() -> dict[str, str]:
    """That of this process with our packages, little that grows with the cores, and no way to a network."""
    kept = {name: value for name, value in os.environ.items() if name.lower() not in (*PROXIES, "no_proxy")}
    paths = [str(Path(__file__).parents[3]), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **kept, **{name: NOWHERE for proxy in PROXIES for name in (proxy, proxy.upper())},
        "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1", "RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2",
        "RUST_BACKTRACE": "0",
    }  # fmt: skip


def bound(most_cpu_s: int) -> None:
    """Bound this process, where the system can."""
    try:
        import resource
    except ImportError:
        return
    limits = {
        resource.RLIMIT_AS: (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES), resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_CPU: (most_cpu_s, most_cpu_s + 1), resource.RLIMIT_FSIZE: (MOST_OUTPUT_BYTES,) * 2,
    }  # fmt: skip
    for kind, (soft, hard) in limits.items():
        most = resource.getrlimit(kind)[1]
        fits = [each if most == resource.RLIM_INFINITY else min(each, most) for each in (soft, hard)]
        try:
            resource.setrlimit(kind, (fits[0], fits[1]))
        except (OSError, ValueError):  # macOS bounds no address space
            continue


def file_in(folder: Path, name: str) -> Path | None:
    """A file of a template's folder, links followed; None where it has none. Raises InputError for a link out of it."""
    path = folder.joinpath(*name.split("/"))
    if not os.path.lexists(path):
        return None
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        raise InputError(f"--template: {path}: leads out of the folder")
    return path


def said(error: BaseException, place: Path | str) -> str:
    """An error of a template in one line."""
    if isinstance(error, PlannerError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"--template: {place}: {out_of_memory()}"
    if isinstance(error, RecursionError):
        return f"--template: {place}: nested too deep, or includes itself"
    return f"--template: {place}: {type(error).__name__}: {error}"
