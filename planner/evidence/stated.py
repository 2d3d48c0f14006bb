"""Which figures of a log row have their inputs stated, decided from the inputs alone.

The rule never looks at a prediction, so it holds for files that nobody has seen, and the errors of
`validate` cannot choose their own rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from planner.evidence.log_settings import METHODS
from planner.evidence.sources import sources
from planner.evidence.table import number
from planner.physics.engines import engines

HUB_ID = re.compile(r"(?<![\w.-])[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
# A checkpoint by the name that its makers gave it, in their own format or FP8.
OWN_NAME = re.compile(r"^[A-Za-z][\w.]*-[\w.-]+( FP8)?$")
MADE_BY_OTHERS = re.compile(r"awq|gptq|int[48]|w[48]a|fp4|auto-?round|bnb|bitsandbytes|exl[23]|gguf", re.I)
INFERRED = re.compile(r"inferred|unverified|\bmatches\b|\bclass \(", re.I)
MIX = re.compile(r"mixed|dynamic|auto-?round|exl[23]|^compressed$", re.I)
DISOWNED = re.compile(r"\boutlier\b|unverified", re.I)
HOLDERS = (
    (re.compile(r"connector", re.I), "a KV connector's buffers are not stated"),
    (re.compile(r"draft|dflash|eagle|speculative|\bmtp\b", re.I), "a draft model's share is not stated"),
    (re.compile(r"\blora\b", re.I), "the adapters are not stated"),
    (re.compile(r"other processes", re.I), "other processes on the GPU are not stated"),
    (re.compile(r"from V1 run", re.I), "the figures come from two runs"),
)  # fmt: skip
UNRELEASED = re.compile(r"\(PR\b|\bfork\b|^0\.1\.dev", re.I)
# Parts of a log, where what is not shown is not at its default.
EXCERPT = re.compile(r"^public log|stored index page|not in the excerpt", re.I)

# SGLang's figure for the weights in old logs is free memory before less after, to 0.3 GB by the collector's note.
DERIVED = re.compile(r"avail mem")
DERIVED_LEAST_GIB = 0.3 / 0.02

WEIGHTS, POOL = ("weights",), ("activation peak", "non-torch", "graphs", "KV pool", "KV tokens")
POOLS = ("KV pool", "KV tokens")
DIVISION = ("KV tokens of the logged pool",)
FIGURES = (*WEIGHTS, *POOL, *DIVISION)


def memory_unstated(row: Mapping[str, str]) -> dict[str, str]:
    """Figures of a start-up log whose inputs the source leaves out, each with the reason."""
    name, comment = row.get("model_hf_id") or "", row.get("comment") or ""
    known = source_reason(row)
    if known:
        return dict.fromkeys(FIGURES, known)
    nameless, mixed = _nameless(row, name, comment), _mixed(row, name)
    reasons = dict.fromkeys(FIGURES, nameless) if nameless else {}
    reasons = dict.fromkeys((*WEIGHTS, *POOL), mixed) | reasons if mixed else reasons
    holder = _holder(row, name, comment)
    reasons = (dict.fromkeys(POOL, holder) if holder else {}) | reasons
    if UNRELEASED.search(row.get("engine_version") or ""):
        reasons = dict.fromkeys(DIVISION, "an unreleased build") | reasons
    if _is_static(row) and _shares_memory(row):
        reasons = {"graphs": "what is free on a GPU that shares the CPU's memory is not the engine's alone"} | reasons
    if _finds_its_cache(row, name, comment):
        reasons = dict.fromkeys((*POOLS, "non-torch"), sources().logs.tuned.why) | reasons
    if _share_missing(row, comment):
        why = "the static share, or what was free, is not stated"
        reasons = dict.fromkeys(POOLS, why) | reasons
    return reasons


def _holder(row: Mapping[str, str], name: str, comment: str) -> str:
    """Why memory beside the weights is not determined by what is stated, or empty."""
    if UNRELEASED.search(row.get("engine_version") or ""):
        return "an unreleased build"
    drafted = (row.get("draft_method") or "").strip().lower()
    for pattern, why in HOLDERS:
        if pattern.search(f"{name} {comment}") and not ("draft" in why and drafted in METHODS):
            return why
    if drafted and drafted not in METHODS:
        return "a draft model's share is not stated"
    if (row.get("lora") or "").strip():
        return "the adapters are not stated"
    if not (row.get("gpu") or "").strip() and not (row.get("gpu_mem_gib") or "").strip():
        return "neither the GPU nor its memory is stated"
    if not (row.get("tp") or "").strip():
        return "the ranks are not stated"
    part = EXCERPT.search(f"{row.get('source') or ''} {comment}")
    missing = next((n for n in ("engine_version", "gpu_memory_utilization") if not (row.get(n) or "").strip()), "")
    return f"a part of a log, without its {missing}" if part and missing else ""


def source_reason(row: Mapping[str, str]) -> str:
    """Why the figures of a row contradict each other or what is known of their source, or empty."""
    return next((why for mark, why in sources().logs.contradictory.items() if mark in (row.get("source") or "")), "")


def _nameless(row: Mapping[str, str], name: str, comment: str) -> str:
    """Why no shapes are determined by what is stated, or empty."""
    part = EXCERPT.search(f"{row.get('source') or ''} {comment}")
    if not HUB_ID.search(name) and (part or not OWN_NAME.match(name)):
        return "no checkpoint is named"
    if INFERRED.search(name):
        return "the model was inferred from its weights"
    return "the source itself calls the figure unexplained" if DISOWNED.search(comment) else ""


def _mixed(row: Mapping[str, str], name: str) -> str:
    """Why the weights are not determined by the shapes, or empty."""
    stated = (row.get("quantization") or "").strip()
    if MIX.search(stated) or (not HUB_ID.search(name) and MADE_BY_OTHERS.search(f"{name} {stated}")):
        return "the mix of formats is not stated"
    if not (row.get("tp") or "").strip():
        return "the ranks are not stated"
    stages = (row.get("pp") or "").strip()
    return "the pipeline stage is not stated" if stages and stages not in ("1", "1.0") else ""


def memory_coarse(row: Mapping[str, str]) -> dict[str, str]:
    """Figures that the source knows to no better than 2 %: they can fit a coefficient, not judge one."""
    weights = number(row.get("weights_gib"))
    derived = DERIVED.search(row.get("comment") or "") is not None
    coarse = derived and weights is not None and weights < DERIVED_LEAST_GIB
    return dict.fromkeys(WEIGHTS, "free memory before and after the load, to 0.3 GB") if coarse else {}


def _share_missing(row: Mapping[str, str], comment: str) -> bool:
    """SGLang derives its share from memory, ranks, chunk and graphs, and applies it to what was free; without the share
    only a cap fixes the pool. On a GPU that shares the CPU's memory what is free is anyone's guess."""
    share = (row.get("gpu_memory_utilization") or "").strip()
    free = (row.get("free_before_gib") or row.get("gpu_mem_gib") or "").strip() or DERIVED.search(comment)
    return _is_static(row) and "capped" not in comment and (not share or (_shares_memory(row) and not free))


def _finds_its_cache(row: Mapping[str, str], name: str, comment: str) -> bool:
    """Whether the pool depends on what earlier starts left in a cache, which nobody states."""
    rule, asked = sources().logs.tuned, (row.get("engine") or "").strip().lower()
    if not re.search(rule.models, name, re.I) or re.search(rule.not_on, row.get("gpu") or ""):
        return False
    engine = engines().get(asked)
    tunes = engine is not None and engine.at(row.get("engine_version") or None).tunes_states
    return tunes and not re.search(rule.told, comment)


def _is_static(row: Mapping[str, str]) -> bool:
    return re.search(sources().logs.static_share, row.get("engine") or "", re.I) is not None


def _shares_memory(row: Mapping[str, str]) -> bool:
    return re.search(sources().logs.shared_memory, row.get("gpu") or "", re.I) is not None


def gguf_unstated(row: Mapping[str, str]) -> dict[str, str]:
    """Figures of a llama.cpp file or process whose inputs are not stated."""
    why, cache = _process_reason(row), _cache_reason(row)
    reasons = dict.fromkeys(PROCESS, why) if why else {}
    reasons |= {"KV buffers": cache} if cache else {}
    if re.search(sources().logs.fork, row.get("source") or "", re.I):
        return reasons | {"GGUF file size": "a fork's label names the main tensor type, not a mix"}
    if re.search(sources().logs.fork_mixes, (row.get("quant") or "").strip(), re.I):
        return reasons | dict.fromkeys(("GGUF file size", *HELD), "a vendor's mix with its own rule")
    if not (row.get("quant") or "").strip():
        return reasons | dict.fromkeys(HELD, "the mix is not stated")
    return reasons


PROCESS = ("compute buffer", "host compute buffer", "recurrent state buffer")
HELD = ("model buffer", "host model buffer")
ELSEWHERE = re.compile(r"experts in host memory|overflow|\bfork\b|out of memory", re.I)


def _cache_reason(row: Mapping[str, str]) -> str:
    """Why the cache of a process is not determined by what is stated, or empty."""
    for column, what in (("model", "no model is named"), ("n_ctx", "the context is not stated"),
                         ("kv_type", "the type of the cache is not stated")):  # fmt: skip
        if not (row.get(column) or "").strip():
            return what
    return ""


def _process_reason(row: Mapping[str, str]) -> str:
    """Why the buffers of a process are not determined by what is stated, or empty."""
    if re.search(sources().logs.fork, row.get("source") or "", re.I):
        return "a fork's graphs are its own"
    if not (row.get("model") or "").strip():
        return "no model is named"
    if not (row.get("n_ctx") or "").strip():
        return "the context is not stated"
    found = ELSEWHERE.search(row.get("comment") or "")
    return f"what is where is not stated ({found.group().lower()})" if found else ""
