"""The one reader of start-up logs: which engine wrote it is told by what is in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from planner.errors import InputError
from planner.files import bounded_bytes
from planner.logs import llamacpp, sglang, trtllm, vllm
from planner.logs.llamacpp import read_llamacpp
from planner.logs.record import StartupLog
from planner.logs.sglang import read_sglang
from planner.logs.text import MOST_LETTERS, log_lines
from planner.logs.trtllm import read_trtllm
from planner.logs.vllm import read_vllm

READERS: dict[str, tuple[tuple[str, ...], Callable[[list[str]], StartupLog]]] = {
    "SGLang": (sglang.SIGNS, read_sglang),
    "TensorRT-LLM": (trtllm.SIGNS, read_trtllm),
    "llama.cpp": (llamacpp.SIGNS, read_llamacpp),
    "vLLM": (vllm.SIGNS, read_vllm),
}
OLLAMA = ("OLLAMA_", "ollama")


def read_log(text: str) -> StartupLog:
    """The last start that a log tells of: engine, version, model, settings as stated, figures. Raises InputError, one
    line, where no engine is told by its lines, or none of them states a figure.

    >>> read_log("INFO [gpu_worker.py:349] Available KV cache memory: 46.80 GiB").figures.kv_pool_gib
    46.8
    """
    lines = log_lines(text)
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
    """The text of a log, whatever its letters are; raises InputError, one line."""
    return bounded_bytes(path, MOST_LETTERS).decode("utf-8", errors="replace")


def read_log_file(path: Path) -> StartupLog:
    """The start that a file tells of; raises InputError, one line."""
    text = log_text(path)
    try:
        return read_log(text)
    except InputError as error:
        raise InputError(f"{path}: {str(error).removeprefix('log: ')}") from error
