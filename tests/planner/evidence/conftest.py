"""Rows in the exchange formats."""

from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.evidence.box import Pairs, left_out_pairs
from planner.physics.coefficients import Coefficients

GRID_ROW = {
    "source": "ai-dynamo/aiconfigurator silicon_sample.csv", "model": "meta-llama/Llama-3.1-70B", "weights": "fp8",
    "gpu": "B200", "gpus": "2", "tp": "2", "engine": "TensorRT-LLM", "load": "closed_loop", "isl": "1024",
    "osl": "1024", "concurrency": "16", "note": "source_file=2026-04-06.csv; measured=2025-10-29T00:00:00.000Z",
}  # fmt: skip


POINT = {
    "model": "meta-llama/Llama-3.3-70B-Instruct", "weights": "fp8", "gpu": "H100 SXM", "gpus": "4", "tp": "4",
    "engine": "vLLM", "engine_version": "0.11.0", "load": "closed_loop", "isl": "1000", "osl": "300",
    "concurrency": "16",
}  # fmt: skip


def log_row(**cells: str) -> dict[str, str]:
    base = {"engine": "vllm", "engine_version": "0.8.5", "model_hf_id": "meta-llama/Llama-3.1-8B", "tp": "1"}
    return base | {"gpu": "H100 80GB", "gpu_mem_gib": "79.18", "gpu_memory_utilization": "0.9"} | cells


SPEED = {"gpu": "3090 24GB", "gpu_count": "1", "model": "Llama-3-8B", "quant": "Q4_K_M", "test": "tg128"}


@pytest.fixture(scope="session")
def pairs(catalogs: Catalogs) -> Pairs:
    """Logs beside what is predicted by fits without their projects, each fitted once."""
    return left_out_pairs(catalogs, Coefficients.shipped())
