"""Whether a benchmark's result keeps a plan: a small Python program for the file that each tool writes."""

from __future__ import annotations

import json
from collections.abc import Mapping

from planner.request.request import sla_key

# What of the asked rate must be reached for a load to be sustained.
SUSTAINED = 0.95
# Requests that may fail: none.
HEAD = """import json, math, sys
text = open(sys.argv[1]).read()
r = json.loads(text.strip().splitlines()[-1] if sys.argv[1].endswith(".jsonl") else text)
limits, asked = {limits}, {rate}
def at(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, max(0, math.ceil(q * len(values)) - 1))]
"""
TAIL = """broken = [key for key, limit in limits.items() if not found[key] <= limit]
for key in limits:
    print(f"{key}: {found[key]:.4g}, limit {limits[key]:.4g}: {'broken' if key in broken else 'holds'}")
if failed:
    print(f"{failed} requests failed")
slow = not reached >= SUSTAINED * asked
print(f"rate: {reached:.4g} a second of {asked:.4g} asked: {'not sustained' if slow else 'sustained'}")
sys.exit(1 if broken or failed or slow else 0)
"""
VLLM = """found = {key: r[name] / 1e3 for key, name in NAMES.items()}
failed, reached = r.get("failed", r["num_prompts"] - r["completed"]), r["request_throughput"]
"""
GUIDELLM = """r = r["benchmarks"][0]["metrics"]
found = {key: r[name]["successful"][part] if part == "mean" else r[name]["successful"]["percentiles"][part]
         for key, (name, part) in NAMES.items()}
found = {key: value / (1e3 if NAMES[key][0].endswith("_ms") else 1.0) for key, value in found.items()}
failed, reached = r["request_totals"]["errored"], r["requests_per_second"]["successful"]["mean"]
"""
AIPERF = """found = {key: r[name][part] / 1e3 for key, (name, part) in NAMES.items()}
failed, reached = (r.get("error_request_count") or {}).get("avg", 0), r["request_throughput"]["avg"]
"""
SGLANG = """rows = [(t, sum(i), n) for t, i, n in zip(r["ttfts"], r["itls"], r["output_lens"]) if n]
times = {"ttft": [t for t, _, _ in rows], "tpot": [i / (n - 1) for _, i, n in rows if n > 1] or [0.0],
         "e2e": [t + i for t, i, _ in rows]}
found = {key: sum(times[m]) / len(times[m]) if q is None else at(times[m], q) for key, (m, q) in NAMES.items()}
failed, reached = len(r["ttfts"]) - len(rows), r["request_throughput"]
"""
PARTS = {"vllm": VLLM, "sglang": SGLANG, "guidellm": GUIDELLM, "aiperf": AIPERF}


def rule(tool: str, limits: Mapping[str, float], rate_per_s: float) -> str:
    """The program: it takes the result's path, says what holds, and exits with 1 where something does not.

    limits: by key of an SLA [s]; rate_per_s: asked, of which SUSTAINED must be reached without a failed request.
    """
    names = {key: _name(tool, *sla_key(key)) for key in limits}
    head = HEAD.replace("{limits}", json.dumps(dict(limits))).replace("{rate}", repr(float(rate_per_s)))
    body = (PARTS[tool] + TAIL).replace("NAMES", repr(names)).replace("SUSTAINED", repr(SUSTAINED))
    return head + body


def _name(tool: str, metric: str, percentile: str) -> object:
    """Where a tool keeps a percentile of a metric."""
    if tool == "vllm":
        return f"{'median' if percentile == 'p50' else percentile}_{'e2el' if metric == 'e2e' else metric}_ms"
    if tool == "sglang":
        return metric, None if percentile == "mean" else float(percentile[1:]) / 100.0
    if tool == "guidellm":
        names = {"ttft": "time_to_first_token_ms", "tpot": "inter_token_latency_ms", "e2e": "request_latency"}
        return names[metric], percentile
    names = {"ttft": "time_to_first_token", "tpot": "inter_token_latency", "e2e": "request_latency"}
    return names[metric], "avg" if percentile == "mean" else percentile
