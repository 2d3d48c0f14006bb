"""The one reader of start-up logs: which engine wrote it is told by what is in it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from planner.errors import InputError, unreadable
from planner.files import opened
from planner.logs import llamacpp, sglang, trtllm, vllm
from planner.logs.kept import kept
from planner.logs.llamacpp import read_llamacpp
from planner.logs.record import StartupLog
from planner.logs.sglang import read_sglang
from planner.logs.text import log_lines
from planner.logs.trtllm import read_trtllm
from planner.logs.vllm import read_vllm

READERS: dict[str, tuple[tuple[str, ...], Callable[[list[str]], StartupLog]]] = {
    "SGLang": (sglang.SIGNS, read_sglang),
    "TensorRT-LLM": (trtllm.SIGNS, read_trtllm),
    "llama.cpp": (llamacpp.SIGNS, read_llamacpp),
    "vLLM": (vllm.SIGNS, read_vllm),
}
OLLAMA = ("OLLAMA_", "ollama")
# What a line that any reader looks at holds.
WORDS = tuple(dict.fromkeys((
    *(word for one in (sglang, trtllm, llamacpp, vllm) for word in (*one.SIGNS, *one.KEYS)), *OLLAMA,
)))  # fmt: skip


def read_log(text: str) -> StartupLog:
    """The last start that a log tells of: engine, version, model, settings as stated, figures. Raises InputError, one
    line, where no engine is told by its lines, or none of them states a figure.

    >>> read_log("INFO [gpu_worker.py:349] Available KV cache memory: 46.80 GiB").figures.kv_pool_gib
    46.8
    """
    return _start(kept(log_lines(io.BytesIO(text.encode("utf-8", errors="replace"))), WORDS))


def _start(lines: list[str]) -> StartupLog:
    joined = "\n".join(lines)
    counted = {name: sum(sign in joined for sign in signs) for name, (signs, _) in READERS.items()}
    best = max(counted, key=lambda name: counted[name])
    if not counted[best]:
        raise InputError(f"log: no line of a start of {', '.join(READERS)} is in it")
    found = READERS[best][1](lines)
    if not found.figures.stated and not found.buffers:
        raise InputError(f"log: of {best}, but none of its lines states a figure of memory")
    if found.engine == "llama.cpp" and any(word in joined for word in OLLAMA):
        return found.model_copy(update={"engine": "ollama"})
    return found


def log_text(path: Path) -> str:
    """The lines of a log that a reader looks at, whatever its letters are; raises InputError, one line."""
    return "\n".join(_lines(path))


def read_log_file(path: Path) -> StartupLog:
    """The start that a file tells of; raises InputError, one line."""
    lines = _lines(path)
    try:
        return _start(lines)
    except InputError as error:
        raise _named(path, error) from error


def _lines(path: Path) -> list[str]:
    """The lines as they come from the file, which is never held whole."""
    with opened(path) as handle:
        try:
            return kept(log_lines(handle), WORDS)
        except OSError as error:
            raise InputError(unreadable(path, error)) from error
        except InputError as error:
            raise _named(path, error) from error


def _named(path: Path, error: InputError) -> InputError:
    return InputError(f"{path}: {str(error).removeprefix('log: ')}")
