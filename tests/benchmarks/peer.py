"""What aiconfigurator answers for the closed-loop points that it ships as measured: `python tests/benchmarks/peer.py`.

Run it where aiconfigurator 0.12 is installed, with this repository on the path; every answer is kept as it comes, so
that a run goes on where it was cut off. Where a point's formats or expert split are not in its tables, the nearest
that it knows are tried: it is to have every chance.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from planner.evidence import FOLDER
from planner.evidence.serving import CLOSED, evidence_rows

SOURCE = "aiconfigurator"
TARGET = FOLDER / "peer.csv.gz"
SYSTEMS = {"H100 SXM": "h100_sxm", "H200 SXM": "h200_sxm", "B200": "b200_sxm", "GB200": "gb200"}
BACKENDS = {"TensorRT-LLM": "trtllm", "vLLM": "vllm", "SGLang": "sglang"}
ALIASES = {
    "meta-llama/Llama-3.1-70B": "meta-llama/Meta-Llama-3.1-70B",
    "meta-llama/Llama-3.1-8B": "meta-llama/Meta-Llama-3.1-8B",
    "nvidia/Qwen3-32B-NVFP4": "Qwen/Qwen3-32B",
}
EXPERTS = ("gpt-oss", "DeepSeek", "MiniMax", "A17B")
# Checkpoints that are FP8 in blocks as published: its own choice of formats is right.
BLOCKS = ("DeepSeek", "MiniMax")
MXFP4 = ("w4a8_mxfp4_mxfp8", "w4a8_mxfp4_mxfp8_trtllm", "w4a16_mxfp4_cutlass")


def number(row: dict[str, str], name: str, default: int = 1) -> int:
    return int(float(row[name])) if row[name] else default


def formats(row: dict[str, str]) -> dict[str, str]:
    model, weights = row["model"], row["weights"]
    moe = any(word in model for word in EXPERTS)
    if weights == "fp8" and not any(word in model for word in BLOCKS):
        dense = "fp8" if "Llama" in model else "fp8_block"
        return {"gemm_quant_mode": dense} | ({"moe_quant_mode": "fp8_block"} if moe else {})
    if weights == "nvfp4":
        return {"gemm_quant_mode": "nvfp4"} | ({"moe_quant_mode": "nvfp4"} if moe else {})
    return {}


def attempts(row: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Settings to ask with, the row's own first."""
    tp, pp, ep, dp = (number(row, name) for name in ("tp", "pp", "ep", "dp"))
    clients = number(row, "concurrency")
    load = {"isl": number(row, "isl"), "osl": number(row, "osl"), "batch_size": max(1, round(clients / dp))}
    split = {"tp_size": tp, "pp_size": pp, "attention_dp_size": dp}
    own, moe = formats(row), any(word in row["model"] for word in EXPERTS)
    ranks = tp * dp
    cuts: list[dict[str, int]] = [{}]
    if moe:
        widths = dict.fromkeys((min(ep, ranks), ranks, 1))
        cuts = [{"moe_ep_size": width, "moe_tp_size": ranks // width} for width in widths]
    others = [{}, *({"moe_quant_mode": kind} for kind in MXFP4 if row["weights"] == "mxfp4")]
    for kind, cut in (*((own, cut) for cut in cuts), *((kind, cuts[0]) for kind in others if kind != own)):
        yield {**load, **split, **cut, **kind}


def answer(row: dict[str, str]) -> tuple[float, float] | None:
    """Milliseconds to the first token and per token, or None."""
    from aiconfigurator.cli.api import cli_estimate

    model = ALIASES.get(row["model"], row["model"])
    for settings in attempts(row):
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                found = cli_estimate(model, SYSTEMS[row["gpu"]], backend_name=BACKENDS[row["engine"]], **settings)
            return found.ttft, found.tpot
        except Exception as error:  # whatever it fails with is no answer
            if "OOM" in str(error):
                return None
    return None


def main() -> None:
    logging.disable(logging.WARNING)
    rows = [row for row in evidence_rows() if SOURCE in row["source"] and row["load"] in CLOSED]
    rows = [row for row in rows if row["gpu"] in SYSTEMS and row["engine"] in BACKENDS]
    log = Path(sys.argv[1] if len(sys.argv) > 1 else "peer.csv")
    log.touch()
    known = {line[0]: line for line in csv.reader(log.open(encoding="utf-8"))}
    with log.open("a", encoding="utf-8") as out:
        for done, row in enumerate(rows, 1):
            if row["id"] not in known:
                found = answer(row)
                known[row["id"]] = [row["id"], *(f"{value:.4g}" for value in found or ())]
                csv.writer(out).writerow(known[row["id"]])
                out.flush()
            print(f"\r{done} of {len(rows)}", end="", file=sys.stderr)
    lines = ["id,ttft_ms,tpot_ms", *(",".join(known[row["id"]]) for row in rows if len(known[row["id"]]) == 3)]
    TARGET.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0))


if __name__ == "__main__":
    main()
