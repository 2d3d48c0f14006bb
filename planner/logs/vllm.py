"""vLLM's lines, of V0 to the newest.

Wording: vllm/worker/worker.py (0.4 to 0.9), vllm/v1/worker/gpu_worker.py and gpu_model_runner.py, and
vllm/v1/core/kv_cache_utils.py at 0.6.4, 0.6.5, 0.8, 0.10, 0.11, 0.19, 0.24 and of 2026-08; "GB" of older ones is GiB.
"""

from __future__ import annotations

import re

from planner.logs.pairs import count, pairs, stated
from planner.logs.record import StartupLog
from planner.logs.rules import Gathered, apply, figures_of, lines_with, rule, settings_of
from planner.logs.text import quoted

RULES = (
    rule("Loading model weights took", r"weights took (?P<weights_gib>#) GB"),
    rule("Model loading took", r"loading took (?P<weights_gib>#) Gi?B"),
    rule("model weights take", r"weights take\s{1,8}(?P<weights_gib>#) ?GiB"),
    rule("model weights take", r"rest of the memory reserved for KV Cache is (?P<kv_pool_gib>#)"),
    rule("non_torch_memory", r"non_torch_memory(?: takes|=|\s)\s{0,8}(?P<non_torch_gib>#) ?GiB"),
    rule("activation peak memory", r"peak memory(?: takes)?\s{1,8}(?P<activation_gib>#) ?GiB"),
    rule("available_kv_cache_memory", r"cache_memory\s{1,8}(?P<kv_pool_gib>#) ?GiB"),
    rule("kv_cache_size=", r"kv_cache_size=(?P<kv_pool_gib>#)GiB"),
    rule("total_gpu_memory", r"total_gpu_memory\s{0,8}[=(]?\s{0,8}(?P<total_gib>#) ?GiB"),
    rule("gpu_memory_utilization", r"gpu_memory_utilization[ =(]{1,8}(?P<set_memory_fraction>#)\b"),
    rule("Available KV cache memory", r"cache memory: (?P<kv_pool_gib>#) GiB"),
    rule("as specified by kv_cache_memory_bytes", r"reserved (?P<kv_pool_gib>#) GiB memory for KV"),
    rule("kv cache memory in use is", r"in use is (?P<kv_pool_gib>#) GiB"),
    rule("GPU KV cache size", r"cache size: (?P<kv_tokens>@) tokens"),
    rule("blocks: ", r"(?:GPU|cuda|rocm|hpu|xpu) blocks: (?P<blocks>@)"),
    rule("Maximum concurrency for", r"for (?P<concurrency_tokens>@) tokens per request: (?P<concurrency>#)x"),
    rule("Free memory on device", r"device (?:cuda:\d+ )?\((?:(?P<free_before_gib>#)|\.{3})/(?P<total_gib>#) GiB\)"),
    rule("memory utilization is (", r"utilization is \((?P<set_memory_fraction>#), "),
    rule("Actual usage is", r"Actual usage is (?P<weights_gib>#) GiB for weight,"),
    rule("for consumed memory", r"(?P<consumed_gib>#) GiB for consumed memory"),
    rule("for peak activation", r"(?P<activation_gib>#) GiB for peak activation"),
    rule("for non-torch memory", r"(?P<non_torch_gib>#) GiB for non-torch memory"),
    rule("for CUDAGraph memory", r"(?P<graphs_gib>#) GiB for CUDAGraph memory"),
    rule("Graph capturing finished", r"took (?P<graphs_gib>#) GiB"),
    rule("graph pool memory", r"memory: (?P<graphs_gib>#) GiB \(actual\), (?P<graphs_estimated_gib>#) GiB \(estimated"),
    rule("Estimated CUDA graph memory", r"memory: (?P<graphs_estimated_gib>#) GiB"),
    rule("attention block size to", r"block size to (?P<block_tokens>@) tokens"),
    rule("Using max model len", r"Using max model len (?P<set_max_model_len>@)"),
    rule("Chunked prefill is enabled", r"max_num_batched_tokens=(?P<set_max_num_batched_tokens>\d{1,9})"),
)  # fmt: skip
SIGNS = ("Model loading took", "LLM engine (v", "GPU KV cache size", "Available KV cache memory",
         "Loading model weights took", "blocks: ", "vLLM", "vllm/", "Graph capturing finished",
         "Maximum concurrency for", "for peak activation", "model weights take")  # fmt: skip
# Where settings are, and what a start begins with.
ARGS, CONFIG, NAMESPACE = "non-default args: {", "with config: ", "Namespace("
VERSION = re.compile(r"(?:LLM engine \(v|vLLM API server version |█ {1,8}version )([0-9][\w.+]{0,60})")
DEVICE = re.compile(r"device_name=([A-Za-z0-9_\-]{3,60})(?:,|\.json)")
FAILED = (
    "No available memory for the cache blocks", "is larger than the maximum number of tokens",
    "to serve at least one request", "out of memory", "is less than desired GPU memory utilization",
    "Engine core initialization failed",
)  # fmt: skip
KEYS = (*(one.key for one in RULES), ARGS, CONFIG, NAMESPACE, "version ", "device_name=", *FAILED)
NAMES = {
    "tensor_parallel_size": "tp", "pipeline_parallel_size": "pp", "data_parallel_size": "dp",
    "max_model_len": "max_model_len", "max_seq_len": "max_model_len", "max_num_seqs": "max_num_seqs",
    "max_num_batched_tokens": "max_num_batched_tokens", "gpu_memory_utilization": "memory_fraction",
    "enforce_eager": "eager", "quantization": "quantization", "dtype": "dtype", "kv_cache_dtype": "kv_cache_dtype",
    "enable_prefix_caching": "prefix_caching", "block_size": "block_size",
    "decode_context_parallel_size": "context_ranks",
}  # fmt: skip


def read_vllm(lines: list[str]) -> StartupLog:
    """The last start of vLLM in a log."""
    found, said, version, gpus, failure = Gathered(), dict[str, str](), "", list[str](), ""
    read = -1
    for number, key in lines_with(lines, KEYS):
        line = lines[number]
        if key in (ARGS, CONFIG, NAMESPACE):
            if found.figures:
                found, said, failure = Gathered(), {}, ""
            for name, value in pairs(line[line.index(key) + len(key) :]).items():
                said.setdefault(name, value)
        version = version if not (match := VERSION.search(line)) else match.group(1)
        gpus += [match.group(1).replace("_", " ") for match in DEVICE.finditer(line[:2000])]
        failure = failure or (quoted(line[line.index(key) :], 300) if key in FAILED else "")
        if number != read:
            apply(found, line, RULES)
        read = number
    _set(found, said)
    model = stated(said.get("model")) or stated(said.get("model_tag"))
    return StartupLog(
        engine="vllm", version=version or None, model=model, gpus=tuple(dict.fromkeys(gpus)),
        settings=settings_of(found.settings), figures=figures_of(found.figures), arguments=_kept(said),
        failure=failure or None,
    )  # fmt: skip


def _set(found: Gathered, said: dict[str, str]) -> None:
    """The settings among arguments, which say more than lines do."""
    stated_first = {name: stated(said.get(key)) for key, name in NAMES.items() if stated(said.get(key))}
    found.settings = {**found.settings, **stated_first}
    if said.get("enable_expert_parallel") == "True":
        widths = [count(str(found.settings.get(name, "1"))) or 1 for name in ("tp", "dp")]
        found.set("ep", widths[0] * widths[1])
    drafted = said.get("speculative_config", "")
    table = pairs(drafted.partition("(")[2] or drafted.lstrip("{"))
    found.set("draft_method", stated(table.get("method")))
    found.set("draft_tokens", stated(table.get("num_speculative_tokens") or table.get("num_spec_tokens")))


def _kept(said: dict[str, str]) -> dict[str, str]:
    """Arguments that say something, cut to a line each."""
    return {name: quoted(value, 2000) for name, value in said.items() if stated(value) is not None}
