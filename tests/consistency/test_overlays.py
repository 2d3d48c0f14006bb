"""Planners with different records in one process share nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from planner import Planner, parse_request
from tests.consistency.drawn import TORTURE

COLUMNS = (
    "provider,instance_type,region,accelerator,accelerators,vcpu,ram_gb,usd_per_hour_on_demand,usd_per_hour_spot,"
    "usd_per_hour_1y_reserved,usd_per_hour_3y_reserved,interconnect,network_gbps,as_of,source,note\n"
)
ASKED: dict[str, Any] = {
    "model": "Qwen/Qwen2.5-7B-Instruct", "traffic": {"rate_per_s": 0.2}, "input_tokens": {"mean": 500.0},
    "output_tokens": {"mean": 100.0}, "sla": {"tpot_p95_s": 0.05},
    "scope": {"gpus": ["L40S"], "formats": ["bf16"], "kv_formats": ["bf16"], "providers": ["me"],
              "max_gpus_per_replica": 1},
}  # fmt: skip
ALONE = """
import json, sys
from pathlib import Path
from planner import Planner, parse_request
print(Planner(Path(sys.argv[1])).plan(parse_request(json.loads(sys.argv[2]))).model_dump_json())
"""
COUNT = 10 if TORTURE else 2


def overlay(folder: Path, usd: float) -> Path:
    (folder / "prices").mkdir(parents=True)
    (folder / "prices" / "mine.csv").write_text(f"{COLUMNS}me,box,here,l40s,1,,,{usd:g},,,,,,2026-11-01,quote,\n")
    return folder


def test_overlays_in_one_process_are_as_many_processes(tmp_path: Path) -> None:
    folders = [overlay(tmp_path / str(n), 1.0 + 0.25 * n) for n in range(COUNT)]
    planners = [Planner(folder) for folder in folders]
    request = parse_request(ASKED)
    together = [planner.plan(request).model_dump_json() for planner in planners]
    assert [planner.plan(request).model_dump_json() for planner in reversed(planners)] == together[::-1]
    alone = [
        subprocess.run(
            [sys.executable, "-c", ALONE, str(folder), json.dumps(ASKED)], check=True, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, timeout=60,
        ).stdout.strip()
        for folder in folders
    ]  # fmt: skip
    assert alone == together
    dollars = [json.loads(text)["cluster"]["cost"]["usd_per_hour"] for text in together]
    assert dollars == [1.0 + 0.25 * n for n in range(COUNT)]
