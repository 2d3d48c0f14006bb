"""The command line that gives the answer of the screen."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

# The file that a command writes its question to, where flags cannot say it: of another question it has another name.
QUESTION = "question-{0}.toml"
# Flags of `gpuplan plan` by the key of the workload file; keys of limits on latency are made below.
FLAGS = {
    "model": "--model", "traffic.rate_per_s": "--rate", "traffic.users": "--users",
    "traffic.active_share": "--active-share", "traffic.requests_per_user_hour": "--requests-per-user-hour",
    "traffic.think_time_s": "--think-time", "traffic.tokens_per_month": "--tokens-per-month",
    "traffic.preset": "--preset", "input_tokens.mean": "--isl", "input_tokens.p95": "--isl-p95",
    "output_tokens.mean": "--osl", "output_tokens.p95": "--osl-p95", "traffic.prefix_hit": "--prefix-hit",
    "scope.gpus": "--gpu", "scope.formats": "--weights", "scope.kv_formats": "--kv", "scope.engines": "--engine",
    "scope.providers": "--provider", "scope.commitment": "--commitment", "scope.offer_classes": "--offer-class",
    "scope.max_price_age_days": "--max-price-age", "quality.max_loss_pct": "--max-loss",
    "quality.any_quality": "--any-quality", "limits.spare_replicas": "--spare-replicas",
    "limits.max_usd_per_hour": "--max-usd-per-hour", "limits.max_gpus": "--max-gpus", "confidence": "--confidence",
}  # fmt: skip


def command_of(data: Mapping[str, Any]) -> str:
    """`gpuplan plan` for a decoded workload file; where a key has no flag, what writes that file goes before it.

    >>> command_of({"model": "a/b", "traffic": {"rate_per_s": 8.0}, "sla": {"ttft_p95_s": 1.0}})
    'gpuplan plan --model a/b --rate 8 --ttft-p95 1'
    """
    words = ["gpuplan", "plan"]
    for key, value in _leaves(data, ""):
        flag = FLAGS.get(key) or (_latency(key) if key.startswith("sla.") else "")
        if not flag:
            return _whole(data)
        words += _words(flag, value)
    return shlex.join(words)


def _latency(key: str) -> str:
    """The flag of a limit on latency: `sla.ttft_p95_s` is `--ttft-p95`."""
    return "--" + key.removeprefix("sla.").removesuffix("_s").replace("_", "-")


def _words(flag: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [flag] if value else []
    if isinstance(value, list | tuple):
        return [word for each in value for word in (flag, str(each))]
    return [flag, f"{value:.12g}" if isinstance(value, float) else str(value)]


def _leaves(data: Mapping[str, Any], prefix: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in data.items():
        found += _leaves(value, f"{prefix}{key}.") if isinstance(value, Mapping) else [(f"{prefix}{key}", value)]
    return found


def _whole(data: Mapping[str, Any]) -> str:
    from hashlib import sha256

    import tomli_w

    text = tomli_w.dumps(dict(data))
    name = QUESTION.format(sha256(text.encode()).hexdigest()[:8])
    # Of a here-document some shells make a pipe, which is no file that can be read twice.
    return f"cat > {name} <<'END'\n{text}END\ngpuplan plan --workload {name}"
