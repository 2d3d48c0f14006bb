"""TensorRT-LLM's lines.

Wording: cpp/tensorrt_llm/batch_manager/kvCacheManager.cpp, tensorrt_llm/_torch/pyexecutor/_util.py, of 0.8 to 1.2. Its
first pool is that of the profile run; the last one counts.
"""

from __future__ import annotations

import re

from planner.logs.pairs import pairs, stated
from planner.logs.record import StartupLog
from planner.logs.rules import MIB, SIZE, Gathered, apply, figures_of, lines_with, rule, settings_of
from planner.logs.text import quoted

RULES = (
    rule("for model weights", r"Rank \d{1,5} uses (?P<weights_gib>#) GB for model weights"),
    rule("inside torch memory", r"inside torch (?:memory )?.{0,40}?(?P<weights_gib>#) GiB"),
    rule("Loaded engine size", r"engine size: (?P<weights_gib>#) MiB", MIB),
    rule("calculating max tokens in paged", r"total: (?P<total_gib>#) GiB, available: (?P<available_gib>#) GiB"),
    rule("calculating max tokens: ", r"max tokens: (?P<available_gib>#) GiB"),
    rule("device total memory", r"device total memory (?P<total_gib>#) GiB"),
    rule("fraction is set", r"fraction is set (?P<set_memory_fraction>#)[,. ]"),
    rule("tokens per block", r"tokens per block: (?P<block_tokens>@)"),
    rule("execution context memory", r"Allocated (?P<activation_gib>#) MiB for execution context", MIB),
    rule("max_num_tokens=", r"max_num_tokens=(?P<set_max_num_batched_tokens>\d{1,9})"),
    rule("max_seq_len=", r"max_seq_len=(?P<set_max_model_len>\d{1,9})"),
    rule("max_batch_size=", r"max_batch_size=(?P<set_max_num_seqs>\d{1,9})"),
    rule("max_num_requests=", r"max_num_requests=(?P<set_max_num_seqs>\d{1,9})"),
)
SIGNS = ("[TensorRT-LLM]", "[TRT-LLM]", "paged KV cache", "[MemUsageChange]")
POOL = re.compile(rf"Allocated ({SIZE}) GiB for max tokens in paged KV cache \(([0-9]{{1,12}})\)")
BYTES = re.compile(r"Allocate ([0-9]{1,15}) bytes for k/v cache")
TOKENS = re.compile(r"Using ([0-9]{1,12}) tokens in paged KV cache")
BLOCKS = re.compile(r"(?:primary pool: |primary blocks[=: ]{1,3})([0-9]{1,12})")
VERSION = re.compile(r"TensorRT-LLM version: ([0-9][\w.+]{0,60})")
ARGS = ("engine args: {", "LLM Args:", "TorchLlmArgs(", "LlmArgs(")
FAILED = ("out of memory", "insufficient memory")
KEYS = (*(one.key for one in RULES), "paged KV cache", "k/v cache", "primary ", "TensorRT-LLM version", *ARGS, *FAILED)
NAMES = {
    "tensor_parallel_size": "tp", "pipeline_parallel_size": "pp", "moe_expert_parallel_size": "ep",
    "max_batch_size": "max_num_seqs", "max_num_tokens": "max_num_batched_tokens", "max_seq_len": "max_model_len",
    "dtype": "dtype", "free_gpu_memory_fraction": "memory_fraction",
}  # fmt: skip


def read_trtllm(lines: list[str]) -> StartupLog:
    """The last pool of TensorRT-LLM in a log, with what is said beside it."""
    found, said, version, failure = Gathered(), dict[str, str](), "", ""
    read = -1
    for number, key in lines_with(lines, KEYS):
        line = lines[number]
        if key in ARGS:
            said |= pairs(line.partition(key)[2])
        version = version if not (match := VERSION.search(line)) else match.group(1)
        failure = failure or (quoted(line[line.index(key) :], 300) if key in FAILED else "")
        _pool(found.figures, line)
        if number != read:
            apply(found, line, RULES)
        read = number
    for key, name in NAMES.items():
        found.set(name, stated(said.get(key)))
    return StartupLog(
        engine="tensorrt-llm", version=version or None, model=stated(said.get("model")),
        settings=settings_of(found.settings), figures=figures_of(found.figures), failure=failure or None,
        arguments={name: quoted(value, 2000) for name, value in said.items() if stated(value) is not None},
    )  # fmt: skip


def _pool(figures: dict[str, float], line: str) -> None:
    """The pool as it is allocated; a later line takes the place of an earlier one."""
    if match := POOL.search(line):
        figures |= {"kv_pool_gib": float(match.group(1)), "kv_tokens": float(match.group(2))}
    if match := BYTES.search(line):
        figures["kv_pool_gib"] = float(match.group(1)) / 2**30
    if match := TOKENS.search(line):
        figures["kv_tokens"] = float(match.group(1))
    if match := BLOCKS.search(line):
        figures["blocks"] = float(match.group(1))
