"""How the clients of a measured run went about it: lengths, numbers and starts of their requests, from its row."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from planner.evidence.sources import is_mlperf, sources
from planner.evidence.table import cell

REQUESTS = re.compile(r"(\d[\d,]*) (?:random )?(?:requests|prompts)|\b[Nn]=(\d+)")
# The scheduler's limit that a source states.
STATED_SEQS = re.compile(r"max[-_]num[-_]seqs[ =](\d{1,6})\b")
ONE_ROUND = re.compile(r"started together")
# All clients go on from one context, which lies in the prefix cache.
COMMON = re.compile(r"prefix-cached context")
CAPPED = re.compile(r"up to (\d{1,6}) tokens")
# A mean output this near to the most that is allowed: nearly every answer reached it.
REACHED = (0.97, 1.01)
SOURCE_FILE = re.compile(r"source_file=([^;]*)")
ROUNDS = 10.0
# Runs that last for a stated time: what all clients did at once when they began is a small part of them.
LASTING = re.compile(r"\bfor \d+ min\b")
ENDLESS = 1e6
FORCED = re.compile(r"output forced|ignore-eos|fixed output")
# Tokens of a request that are read as a number of tokens, not as a mistake.
LONGEST = 1e7


def lengths(row: Mapping[str, str]) -> tuple[float, float]:
    """Mean input and output tokens that were really sent."""
    note = row.get("note") or ""
    share = next((s for word, s in sources().clients.real_length if word in (row.get("source") or "")), 1.0)
    share = 1.0 if _synthetic(note) else share
    isl, osl = (cell(row, name, most=LONGEST) for name in ("isl", "osl"))
    if isl is None:
        name = (row.get("model") or "").lower()
        # Elsewhere, for want of better, prompts are as long as the answers.
        prompts = sources().mlperf.prompts if is_mlperf(row) else ()
        isl = next((n for word, n in prompts if word in name), osl or 256.0)
    return max(1.0, isl * share), max(1.0, (256.0 if osl is None else osl) * share)


def chats(note: str) -> bool:
    """Whether the requests are turns of real conversations."""
    return sources().clients.chats.seen.search(note) is not None


def longest(row: Mapping[str, str]) -> float:
    """Longest output over the mean: what the tail of a burst waits for."""
    note = row.get("note") or ""
    if FORCED.search(note):
        return 1.0
    return next(
        (ratio for word, ratio in sources().clients.longest if word in (row.get("source") or "") or word in note), 1.0
    )


def most(note: str) -> float:
    """The scheduler's limit of sequences that a source states."""
    found = STATED_SEQS.search(note)
    return float(found.group(1)) if found and int(found.group(1)) else np.inf


def requests(
    note: str, load: str, isl: float, osl: float, concurrency: float | None, prompts: float | None = None
) -> float:
    """Requests in a burst: stated, else all that an offline run has at once, or the published tables' by length."""
    if load not in ("infinite_rate", "offline"):
        return np.inf
    if prompts:
        return prompts
    found = REQUESTS.search(note)
    if found:
        return float((found.group(1) or found.group(2)).replace(",", ""))
    if load == "offline":
        return concurrency or np.inf
    total = isl + osl
    return 30_000.0 if total <= 260 else 3_000.0 if total < 2_900 else 1_500.0 if total < 16_000 else 1_000.0


def _synthetic(note: str) -> bool:
    """Points of the aiconfigurator set that its own client made; the rest came from a suite that draws lengths."""
    file = SOURCE_FILE.search(note)
    return file is not None and not sources().clients.drawn.search(file.group(1))


def rounds(note: str, concurrency: float | None, prompts: float | None = None) -> float:
    """Requests that each client sends in turn."""
    found = REQUESTS.search(note)
    if ONE_ROUND.search(note):
        return 1.0
    if LASTING.search(note):
        return ENDLESS
    asked = prompts or (float((found.group(1) or found.group(2)).replace(",", "")) if found else None)
    if asked and concurrency:
        return max(1.0, asked / concurrency)
    return ROUNDS


def alike(note: str) -> bool:
    """Whether all requests of a run have the same lengths."""
    return sources().clients.alike.search(note) is not None or _synthetic(note)


def cut_alike(note: str, osl: float) -> bool:
    """Whether nearly all outputs were cut at one length, so that requests end together."""
    found = CAPPED.search(note)
    return found is not None and REACHED[0] <= osl / max(1.0, float(found.group(1))) <= REACHED[1]


def in_common(note: str) -> bool:
    """Whether all clients go on from one prompt."""
    return COMMON.search(note) is not None
