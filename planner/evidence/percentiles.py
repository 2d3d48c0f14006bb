"""The closed form against the simulation on the same step times, over a grid of designs, loads and distributions."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np

from hardware_db.catalog import HardwareCatalog
from models_db.catalog import ModelCatalog
from planner.catalogs import Catalogs
from planner.evidence import RESULTS
from planner.load.curves import curves, held_of, rate_at, slots_of
from planner.load.demand import Demand
from planner.load.latency import latency
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.physics.design import Designs
from planner.physics.footprint import footprint
from planner.physics.split import Split
from planner.request.engine import AS_SHIPPED, EngineSettings
from planner.request.metrics import METRICS
from planner.request.reading import parse_request
from planner.simulation.replicas import Setup, simulate
from planner.simulation.simulated import clock_of
from planner.simulation.workload import generated
from planner.writing import replacing

TARGET = RESULTS / "percentiles.json"
REQUESTS = 40_000
SLOTS = 128
JUDGED = (50, 95, 99)
DESIGNS = (
    ("meta-llama/Llama-3.1-8B-Instruct", "H100 SXM", "fp8", 1, "vllm"),
    ("meta-llama/Llama-3.3-70B-Instruct", "H200 SXM", "fp8", 2, "vllm"),
    ("Qwen/Qwen3-32B", "A100 SXM 80GB", "awq_int4_g128", 2, "vllm"),
    ("openai/gpt-oss-120b", "MI300X", None, 1, "vllm"),
    ("meta-llama/Llama-3.1-8B-Instruct", "L4", "fp8", 1, "sglang"),
    ("Qwen/Qwen3-30B-A3B", "B200", "fp8", 1, "tensorrt-llm"),
    ("mistralai/Mistral-Small-24B-Instruct-2501", "L40S", "fp8", 2, "vllm"),
    ("deepseek-ai/DeepSeek-V3", "H200 SXM", "fp8_block", 8, "sglang"),
)
# Mean and CV of input and output tokens, and the presets, whose lengths are no lognormals.
LENGTHS: tuple[Any, ...] = (
    (1155, 0.9, 211, 0.8), (300, 0.5, 300, 0.5), (4000, 0.5, 100, 1.0), (512, 0.0, 256, 0.0), (8000, 0.8, 400, 0.6),
    "azure-conversation",
)  # fmt: skip
SHORT_DESIGN = ("Qwen/Qwen2.5-7B-Instruct", "A100 SXM 80GB", "int8", 1, "vllm")
SHORT_OUTPUTS, BUDGETS = (1, 2, 3, 5, 8), (256, 2048)
CVS = (1.0, 2.0)
LOADS = (0.25, 0.5, 0.7, 0.82)


@dataclass(frozen=True)
class GridCell:
    """One point of the grid: `load` is the share of the rate at which the replica saturates; `budget`: tokens of a step
    where they are not the engine's default."""

    design: tuple[str, str, str | None, int, str]
    lengths: Any
    cv: float
    load: float
    budget: int | None = None


def grid() -> list[GridCell]:
    return [GridCell(*parts) for parts in product(DESIGNS, LENGTHS, CVS, LOADS)]


def short_grid() -> list[GridCell]:
    """Outputs of a few tokens, and prompts that are a part of a step to many of them."""
    return [
        GridCell(SHORT_DESIGN, (isl, 0.5, osl, 0.0), 1.0, load, budget)
        for osl, budget, isl, load in product(SHORT_OUTPUTS, BUDGETS, (100, 1000, 4000), (0.1, 0.3, 0.6))
    ]


@cache
def _design(design: tuple[str, str, str | None, int, str], budget: int | None) -> Designs:
    model, gpu, weights, tp, engine = design
    catalogs = Catalogs(ModelCatalog(), HardwareCatalog())
    settings = AS_SHIPPED if budget is None else EngineSettings(max_num_batched_tokens=budget)
    return one_design(Deployment(model, gpu, weights, None, engine, Split(tp=tp), settings), catalogs)[0]


def _request(cell: GridCell, rate: float) -> Any:
    traffic: dict[str, Any] = {"rate_per_s": rate, "cv": cell.cv}
    data: dict[str, Any] = {"model": "any", "traffic": traffic}
    if isinstance(cell.lengths, str):
        traffic |= {"preset": cell.lengths, "levels": (), "drift": (0.0, 0.0), "correlation": 0.0}
    else:
        isl, cv_isl, osl, cv_osl = cell.lengths
        data |= {"input_tokens": {"mean": isl, "cv": cv_isl}, "output_tokens": {"mean": osl, "cv": cv_osl}}
    return parse_request(data)


def compare(cell: GridCell, requests: int = REQUESTS) -> dict[str, float] | None:
    """Closed form over simulation, by `metric_percentile`; None where the design does not hold the lengths."""
    design = _design(cell.design, cell.budget)
    demand = Demand.of(_request(cell, 1.0))
    alone = Demand(demand.input, demand.output, cell.cv)
    coefficients = Coefficients.shipped()
    parts = footprint(design, coefficients, max_sequences=np.array([float(SLOTS)]))
    slots = slots_of(design, parts.kv_pool, alone, np.array([[float(SLOTS)]]))[:, 0]
    if slots[0] < 4.0:
        return None
    c = replace(curves(design, alone, coefficients), held=held_of(design, parts.kv_pool, alone))
    rate = cell.load * float(rate_at(c, np.arange(1), slots)[0])
    predicted = latency(c, np.array([rate]), slots)
    request = _request(cell, rate)
    jobs = generated(request, requests / rate, 1).jobs
    outcome = simulate(clock_of(design, alone, coefficients, max_sequences=SLOTS), jobs, Setup(1)).after(0.1)
    return {
        f"{m}_p{q}": float(predicted.value(m, f"p{q}")[0]) / outcome.percentile(m, q)
        for m, q in product(METRICS, JUDGED)
    }


def summary(ratios: list[dict[str, float]]) -> list[dict[str, Any]]:
    """Median and 90 % quantile of the errors by figure, and for p50, p95 and p99 of all figures together."""
    rows = []
    for q in JUDGED:
        names = [f"{m}_p{q}" for m in METRICS]
        for label, wanted in (*((name, [name]) for name in names), (f"all p{q}", names)):
            values = np.array([r[name] for r in ratios for name in wanted]) - 1.0
            size = np.abs(values)
            rows.append(
                {
                    "figure": label, "cells": len(ratios), "median": round(float(np.median(size)), 4),
                    "p90": round(float(np.quantile(size, 0.9)), 4), "bias": round(float(np.median(values)), 4),
                }
            )  # fmt: skip
    return rows


def run(cells: list[GridCell]) -> list[dict[str, float]]:
    """All cells, on all cores."""
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        return [found for found in pool.map(compare, cells, chunksize=8) if found is not None]


if __name__ == "__main__":
    print(f"{len(grid())} cells", file=sys.stderr)
    with replacing(TARGET) as out:
        out.write(json.dumps(summary(run(grid())), indent=1) + "\n")
