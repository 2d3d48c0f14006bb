"""Limits and drafting of a launch line as settings of an engine."""

from __future__ import annotations

import json
from typing import Any

from planner.errors import InputError
from planner.export.reading.flags import Said, count
from planner.export.reading.line import Started
from planner.export.reading.pools import memory_of, of_ggml
from planner.request.engine import EngineSettings
from planner.request.speculation import ALIASES, MOST_DRAFTS, Speculation

MOST_TOKENS, MOST_BATCHED, MOST_SEQUENCES = 100_000_000, 131_071, 65_536
METHODS = {
    "eagle": "eagle", "eagle3": "eagle", "draft_model": "draft", "standalone": "draft", "dflash": "block",
    "dspark": "block", "ngram": "ngram", "ngram_gpu": "ngram", "[ngram]": "ngram", "nextn": "mtp", "mtp": "mtp",
    "drafttarget": "draft", "draft-mtp": "mtp", "draft-eagle3": "eagle", "draft-simple": "draft",
    "draft-dflash": "block", "draft-dspark": "block", "ngram-simple": "ngram",
}  # fmt: skip
MULTIPLES = {"k": 1000, "m": 1_000_000, "K": 1024, "M": 2**20}


def taken_from_file(said: Said, found: Started) -> None:
    """Add what a file of settings says that the text itself writes (`--config`, `--extra_llm_api_options`)."""
    text = found.files.get(str(said.values.get("config", "")))
    table = _table(text if text is not None else said.values.get("speculative"))
    if found.spelling.id != "tensorrt-llm":
        return
    if text is None and "config" in said.values:
        said.unread.append(f"--config {str(said.values['config'])[:60]}")
    held = table.get("kv_cache_config")
    if isinstance(held, dict) and isinstance(held.get("dtype"), str):
        said.values.setdefault("kv", held["dtype"])
    if "cuda_graph_config" in table and table["cuda_graph_config"] is None:
        said.values["eager"] = True
    if table.get("enable_attention_dp") is True:
        said.values["dp_attention"] = True
    if isinstance(table.get("dtype"), str):
        said.values["dtype"] = table["dtype"]
    said.values["speculative"] = table.get("speculative_config") or {}


def settings_of(said: Said, engine: str, ranks: int, context: int | None, notes: list[str]) -> EngineSettings:
    """The settings of a replica. ranks: of attention data parallelism, of which a line states one's limits."""
    sequences, batched = whole(said, "max_num_seqs", notes), whole(said, "max_num_batched_tokens", notes)
    if engine == "sglang":
        batched = None if batched is None else max(1, batched // ranks)
    elif sequences is not None:
        sequences *= ranks
    length = _length(said, engine, sequences, context, notes)
    if batched is not None and batched > MOST_BATCHED:
        notes.append(f"{batched} batched tokens are counted as {MOST_BATCHED}")
    eager = bool(said.values.get("eager")) or str(said.values.get("graphs", "")) in ("0", "disabled")
    return EngineSettings(
        max_model_len=length, max_num_seqs=None if sequences is None else min(sequences, MOST_SEQUENCES),
        max_num_batched_tokens=None if batched is None else min(batched, MOST_BATCHED),
        memory_fraction=_share(said, notes), eager=eager, speculation=_speculation(said, engine, notes),
        memory=memory_of(said, notes), **(of_ggml(said, notes) if engine == "llama.cpp" else {}),
    )  # fmt: skip


def whole(said: Said, key: str, notes: list[str]) -> int | None:
    """A whole number from 1, also with the letters that vLLM takes (`32k`); None where none is said or read."""
    text = str(said.values.get(key, "")).strip()
    if not text or text in ("-1", "0", "auto"):
        return None
    factor = MULTIPLES.get(text[-1], 1)
    try:
        value = int(float(text[:-1] if factor > 1 else text) * factor)
    except (ValueError, OverflowError):
        notes.append(f"{key} is {text[:40]} in the line: taken as the default")
        return None
    if value > MOST_TOKENS:
        notes.append(f"{key} is {text[:40]} in the line: taken as {MOST_TOKENS}")
    return min(max(1, value), MOST_TOKENS)


def _length(said: Said, engine: str, sequences: int | None, context: int | None, notes: list[str]) -> int | None:
    """Most tokens of a request; a model whose context is stretched is taken as it is. Slots divide a context unless
    they share it."""
    length = whole(said, "max_model_len", notes)
    if engine == "llama.cpp":
        held, slots = whole(said, "ctx", notes), whole(said, "parallel", notes)
        alone = bool(said.values.get("unified")) or slots is None
        length = None if held is None else held if alone else max(1, held // (slots or 1))
        return min(length, context) if length is not None and context else length
    if length is not None and context and length > context and "overrides" in said.values:
        notes.append(f"the context is stretched from {context} to {length} tokens: counted as {context}")
        return context
    return length


def _share(said: Said, notes: list[str]) -> float | None:
    text = str(said.values.get("memory_fraction", "")).strip()
    try:
        value = float(text) if text else None
    except ValueError:
        value = float("nan")
    if value is None or 0.01 <= value <= 1.0:
        return value
    notes.append(f"the share of memory is {text[:40]} in the line: taken as the default")
    return None


def _speculation(said: Said, engine: str, notes: list[str]) -> Speculation | None:
    """Who drafts how many tokens; what cannot be read is said and left out."""
    table = _table(said.values.get("speculative"))
    method = str(table.get("method") or table.get("decoding_type") or said.values.get("spec_method") or "").lower()
    drafter = table.get("model") or table.get("speculative_model_dir") or said.values.get("spec_model")
    if not method and drafter is None:
        return None
    kind = _kind(method, drafter, engine)
    drafts = _drafts(said, table, engine)
    if kind is None or drafts is None:
        notes.append(f"not read: drafting by {method or drafter}; estimated without")
        return None
    # A drafter of a path is a head of the model; what n-grams yield depends on the text.
    accepted = 1.0 if kind == "ngram" else None
    if accepted is not None:
        notes.append("n-grams yield what the text repeats: counted as nothing; state it with --speculation")
    try:
        named = str(drafter) if kind == "draft" else None
        return Speculation(method=kind, drafts=drafts, accepted=accepted, drafter=named)
    except (ValueError, InputError):
        notes.append(f"not read: drafting by {method} with {drafts} tokens; estimated without")
        return None


def _kind(method: str, drafter: Any, engine: str) -> str | None:
    """The method in the words of `Speculation`."""
    if engine == "sglang" and method == "eagle":
        # It calls a model's own layers so, too, and then names no drafter.
        return "eagle" if drafter else "mtp"
    if method.endswith("_mtp"):
        return "mtp"
    if not method:
        return "draft"
    return METHODS.get(method, ALIASES.get(method))


def _drafts(said: Said, table: dict[str, Any], engine: str) -> int | None:
    """Tokens drafted a step; None where they cannot be read."""
    keys = ("num_speculative_tokens", "num_nextn_predict_layers", "max_draft_len")
    stated = next((table[key] for key in keys if key in table), said.values.get("spec_steps"))
    if stated is not None:
        return count(stated, MOST_DRAFTS)
    if "spec_tokens" in said.values:
        # One of those that it verifies is no draft.
        found = count(said.values["spec_tokens"], MOST_DRAFTS + 1)
        return found if found is None or engine != "sglang" else found - 1 or None
    return 3 if engine in ("llama.cpp", "sglang") else 1


def _table(value: object) -> dict[str, Any]:
    """A table of JSON, given as text or decoded."""
    if isinstance(value, dict):
        return value
    try:
        found = json.loads(value) if isinstance(value, str) else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
