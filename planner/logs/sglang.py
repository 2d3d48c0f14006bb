"""SGLang's lines.

Wording: sglang/srt/model_executor/model_runner.py, mem_cache/memory_pool.py and managers/scheduler.py, of 0.4 to the
newest; "GB" is GiB.
"""

from __future__ import annotations

import re

from planner.logs.pairs import count, pairs, stated
from planner.logs.record import StartupLog
from planner.logs.rules import SIZE, Gathered, apply, figures_of, lines_with, rule, settings_of
from planner.logs.text import quoted
from planner.logs.vllm import DEVICE

RULES = (
    rule("Load weight begin", r"avail mem=(?P<free_before_gib>#) GB"),
    rule("Load weight end", r"avail mem=(?P<load_end_free_gib>#) GB"),
    rule("Load weight end", r"mem usage=(?P<weights_gib>#) GB"),
    rule("Memory pool end", r"avail mem=(?P<pool_end_free_gib>#) GB"),
    rule("graph end", r"mem usage=(?P<graphs_gib>#) GB"),
    rule("max_mamba_cache_size: ", r"cache_size: (?P<state_slots>@)"),
    rule("full_layer_tokens=", r"full_layer_tokens=(?P<kv_tokens>@), swa_layer_tokens=(?P<window_tokens>@)"),
    rule("max_total_num_tokens=", r"max_total_num_tokens=(?P<kv_tokens>@)"),
    rule("max_total_num_tokens=", r"chunked_prefill_size=(?P<set_max_num_batched_tokens>\d{1,9})"),
    rule("max_total_num_tokens=", r"max_running_requests=(?P<set_max_num_seqs>\d{1,9})"),
    rule("max_total_num_tokens=", r"context_len=(?P<set_max_model_len>\d{1,9})"),
    rule("max_total_num_tokens=", r"available_gpu_mem=(?P<end_free_gib>#) GB"),
)
SIGNS = ("server_args=", "KV Cache is allocated", "Load weight end", "Load weight begin", "max_total_num_tokens",
         "Mamba Cache is allocated", "Memory pool end")  # fmt: skip
ARGS = "server_args="
POOL = re.compile(rf"#tokens: ([0-9]{{1,12}})(?:, KV size: ({SIZE}) GB|, K size: ({SIZE}) GB, V size: ({SIZE}) GB)?")
STATES = re.compile(rf"(?:conv_state|ssm_state|intermediate\w{{1,40}}) size: ({SIZE}) ?GB")
TOTAL = re.compile(rf"KV size: ({SIZE}) GB")
FAILED = ("Loaded weights leave no GPU memory", "Not enough memory", "out of memory")
KEYS = (*(one.key for one in RULES), ARGS, "KV Cache is allocated", "Mamba Cache is allocated", "device_name=", *FAILED)
NAMES = {
    "tp_size": "tp", "pp_size": "pp", "ep_size": "ep", "context_length": "max_model_len",
    "chunked_prefill_size": "max_num_batched_tokens", "max_running_requests": "max_num_seqs",
    "mem_fraction_static": "memory_fraction", "disable_cuda_graph": "eager", "quantization": "quantization",
    "dtype": "dtype", "kv_cache_dtype": "kv_cache_dtype", "page_size": "block_size",
    "speculative_algorithm": "draft_method",
}  # fmt: skip


def read_sglang(lines: list[str]) -> StartupLog:
    """The last start of SGLang in a log."""
    found, said, pools, gpus, failure = Gathered(), dict[str, str](), dict[int, float](), list[str](), ""
    read = -1
    for number, key in lines_with(lines, KEYS):
        line = lines[number]
        if key == ARGS:
            if found.figures:
                found, said, pools, failure = Gathered(), {}, {}, ""
            said = pairs(line.partition(ARGS)[2].lstrip("{").removeprefix("ServerArgs("))
        elif key == "KV Cache is allocated":
            _pool(pools, line)
        elif key == "Mamba Cache is allocated" and (sizes := STATES.findall(line)):
            found.take("state_pool_gib", sum(map(float, sizes)))
        gpus += [match.group(1).replace("_", " ") for match in DEVICE.finditer(line[:2000])]
        failure = failure or (quoted(line[line.index(key) :], 300) if key in FAILED else "")
        if number != read:
            apply(found, line, RULES)
        read = number
    for tokens in pools:
        found.figures.setdefault("kv_tokens", tokens)
    if pools:
        found.take("kv_pool_gib", sum(pools.values()))
    _set(found, said)
    return StartupLog(
        engine="sglang", model=stated(said.get("model_path")), gpus=tuple(dict.fromkeys(gpus)),
        settings=settings_of(found.settings), figures=figures_of(found.figures), failure=failure or None,
        arguments={name: quoted(value, 2000) for name, value in said.items() if stated(value) is not None},
    )  # fmt: skip


def _pool(pools: dict[int, float], line: str) -> None:
    """Pools by their tokens: ranks print the same ones, those of windows and of a drafter have others."""
    match = POOL.search(line)
    total = TOTAL.search(line)
    if match is None:
        return
    sizes = [text for text in (match.group(2), match.group(3), match.group(4)) if text] or (
        total.groups() if total else []
    )
    if sizes:
        pools.setdefault(int(match.group(1)), sum(float(text) for text in sizes))


def _set(found: Gathered, said: dict[str, str]) -> None:
    resolved = dict(found.settings)
    found.settings = {name: text for key, name in NAMES.items() if (text := stated(said.get(key)))} | resolved
    if said.get("disable_radix_cache") in ("True", "False"):
        found.set("prefix_caching", said["disable_radix_cache"] == "False")
    if said.get("enable_dp_attention") == "True":
        found.set("dp", stated(said.get("dp_size")))
        widths = [count(str(found.settings.get(name, "1"))) or 1 for name in ("tp", "dp")]
        found.settings["tp"] = max(1, widths[0] // widths[1])
    drafts = count(said.get("speculative_num_draft_tokens"))
    if drafts:
        found.set("draft_tokens", drafts - 1)
