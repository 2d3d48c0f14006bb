"""Whether a benchmark's result keeps a plan: a small Python program for the file that each tool writes."""

from __future__ import annotations

import json
from collections.abc import Mapping

from planner.request.request import sla_key

# What of the asked rate must be reached for a load to be sustained.
SUSTAINED = 0.95
# All four tools divide the finished requests by the time from the first sent to the last answer. The time in which the
# last answers are generated has no requests left to send; it is this percentile, of whole answers less of first tokens:
# a queue that grows is in both, and is not taken out.
DRAIN = "p99"
# Tools that stretch the gaps that they draw, so that all requests are sent in requests / rate; others send sooner or
# later by chance, of which so many standard deviations are allowed.
STRETCHED, DEVIATIONS = ("vllm",), 2.0
# The rule in words.
SUSTAINED_SAID = (
    f"{SUSTAINED:.0%} of the rate is reached: finished requests / (duration - (e2e {DRAIN} - TTFT {DRAIN} of the run))"
)
# Requests that may fail: none.
HEAD = """import json, math, sys
text = open(sys.argv[1]).read()
r = json.loads(text.strip().splitlines()[-1] if sys.argv[1].endswith(".jsonl") else text)
limits, asked, chance = {limits}, {rate}, {chance}
def at(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, max(0, math.ceil(q * len(values)) - 1))]
"""
TAIL = """broken = [key for key, limit in limits.items() if not found[key] <= limit]
for key in limits:
    print(f"{key}: {found[key]:.4g}, limit {limits[key]:.4g}: {'broken' if key in broken else 'holds'}")
if failed:
    print(f"{failed} requests failed")
lasted = done / reached if reached else math.inf
drain = max(0.0, found["e2e_DRAIN_s"] - found["ttft_DRAIN_s"])
rate = done / max(lasted - drain, 1e-9)
least = (SUSTAINED - chance / math.sqrt(max(done, 1))) * asked
slow = not rate >= least
print(f"rate: {done} finished in {lasted:.4g} s, less {drain:.4g} s for the last answers: {rate:.4g} a second of "
      f"{asked:.4g} asked, at least {least:.4g}: {'not sustained' if slow else 'sustained'}")
sys.exit(1 if broken or failed or slow else 0)
"""
VLLM = """found = {key: r[name] / 1e3 for key, name in NAMES.items()}
failed, reached = r.get("failed", r["num_prompts"] - r["completed"]), r["request_throughput"]
done = r["completed"]
"""
GUIDELLM = """r = r["benchmarks"][0]["metrics"]
found = {key: r[name]["successful"][part] if part == "mean" else r[name]["successful"]["percentiles"][part]
         for key, (name, part) in NAMES.items()}
found = {key: value / (1e3 if NAMES[key][0].endswith("_ms") else 1.0) for key, value in found.items()}
failed, reached = r["request_totals"]["errored"], r["requests_per_second"]["successful"]["mean"]
done = r["request_totals"]["successful"]
"""
AIPERF = """found = {key: r[name][part] / 1e3 for key, (name, part) in NAMES.items()}
failed, reached = (r.get("error_request_count") or {}).get("avg", 0), r["request_throughput"]["avg"]
done = round(r["request_count"]["avg"])
"""
SGLANG = """rows = [(t, sum(i), n) for t, i, n in zip(r["ttfts"], r["itls"], r["output_lens"]) if n]
times = {"ttft": [t for t, _, _ in rows], "tpot": [i / (n - 1) for _, i, n in rows if n > 1] or [0.0],
         "e2e": [t + i for t, i, _ in rows]}
found = {key: sum(times[m]) / len(times[m]) if q is None else at(times[m], q) for key, (m, q) in NAMES.items()}
failed, reached = len(r["ttfts"]) - len(rows), r["request_throughput"]
done = len(rows)
"""
PARTS = {"vllm": VLLM, "sglang": SGLANG, "guidellm": GUIDELLM, "aiperf": AIPERF}


def rule(tool: str, limits: Mapping[str, float], rate_per_s: float, gaps_cv: float = 1.0) -> str:
    """The program: it takes the result's path, says what holds, and exits with 1 where something does not.

    limits: by key of an SLA [s]; rate_per_s: asked, of which SUSTAINED must be reached without a failed request, with
    the time of the last answers taken out; gaps_cv: coefficient of variation of the gaps that the tool draws.
    """
    drain = [f"{metric}_{DRAIN}_s" for metric in ("ttft", "e2e")]
    names = {key: _name(tool, *sla_key(key)) for key in dict.fromkeys([*limits, *drain])}
    chance = 0.0 if tool in STRETCHED else DEVIATIONS * gaps_cv
    filled = {"{limits}": json.dumps(dict(limits)), "{rate}": repr(float(rate_per_s)), "{chance}": repr(chance)}
    head = HEAD
    for mark, text in filled.items():
        head = head.replace(mark, text)
    body = PARTS[tool] + TAIL
    for mark, text in {"NAMES": repr(names), "SUSTAINED": repr(SUSTAINED), "DRAIN": DRAIN}.items():
        body = body.replace(mark, text)
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
