"""Scenarios a second and memory of a sweep of one model: `python -m tests.benchmarks.sweep [SCENARIOS] [JOBS]`.

Rates and limits change from row to row, as in a study of capacity; tables are kept. The first rows, which make them,
are counted. Memory is the most of this process and of the largest other one, times their number.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from planner import Planner
from planner.sweep.grid import axis, grid
from planner.sweep.run import processors

BASE = {
    "model": "meta-llama/Llama-3.3-70B-Instruct", "input_tokens": {"mean": 1155.0}, "output_tokens": {"mean": 211.0},
    "sla": {"ttft_p95_s": 1.0}, "scope": {"gpus": ["H100", "H200"]},
}  # fmt: skip


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    jobs = int(sys.argv[2]) if len(sys.argv) > 2 else processors()
    limits = 10
    found = grid([
        axis(f"sla.tpot_p95_s=0.03:0.1:lin{limits}", {}), axis(f"traffic.rate_per_s=1:100:log{count // limits}", {}),
    ])  # fmt: skip
    planner = Planner(today=date(2026, 11, 29))
    began_s, began_cpu_s = time.perf_counter(), _cpu_s()
    with tempfile.TemporaryDirectory() as folder:
        columns = planner.sweep(BASE, found, out=Path(folder) / "a.csv", jobs=jobs)
    took_s, cpu_s = time.perf_counter() - began_s, _cpu_s() - began_cpu_s
    own, other = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    memory = own + (jobs * other if jobs > 1 else 0.0)
    print(f"{len(found)} scenarios, {columns['status'].count('feasible')} feasible, {jobs} processes")
    print(f"{len(found) / took_s:.1f} a second; {1e3 * cpu_s / len(found):.1f} ms of CPU each; at most {memory:.0f} MB")


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


if __name__ == "__main__":
    main()
