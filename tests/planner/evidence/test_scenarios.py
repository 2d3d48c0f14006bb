from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.evidence.serving import predict_rows
from planner.physics.coefficients import Coefficients
from tests.planner.evidence.conftest import GRID_ROW

SHIPPED = Coefficients.shipped()


def test_a_scheduler_that_runs_once_for_several_steps_spreads_first_tokens(catalogs: Catalogs) -> None:
    row = GRID_ROW | {
        "source": "mlcommons/inference_results_v5.1", "model": "meta-llama/Llama-2-70b-chat-hf", "gpu": "MI300X",
        "gpus": "8", "tp": "1", "engine": "vLLM (ROCm)", "load": "server", "isl": "", "osl": "294", "concurrency": "",
    }  # fmt: skip
    notes = ("MLPerf v5.1 closed/datacenter llama2-70b-99 Server", "MLPerf v5.1 open/datacenter llama2-70b-99 Server")
    late, soon = predict_rows([row | {"note": note} for note in notes], catalogs, SHIPPED)
    mean, step = (float(late[f"pred_{name}_ms_mean"]) for name in ("ttft", "tpot"))
    assert mean == pytest.approx(float(soon["pred_ttft_ms_mean"]) + 4.5 * step, rel=0.1)
    assert float(late["pred_ttft_ms_p99"]) > mean + 4.0 * step
    assert float(late["pred_tpot_ms_mean"]) == pytest.approx(float(soon["pred_tpot_ms_mean"]), rel=0.1)


def test_turns_of_conversations_have_more_short_answers_than_a_lognormal(catalogs: Catalogs) -> None:
    """In a burst that short answers spend among prompts, their tokens take longest."""
    row = GRID_ROW | {
        "source": "x", "model": "meta-llama/Llama-3.1-8B-Instruct", "gpu": "L4", "gpus": "1", "tp": "1",
        "engine": "vLLM", "load": "open_loop", "isl": "206", "osl": "213", "concurrency": "", "prompts": "200",
        "rate_per_s": "32",
    }  # fmt: skip
    notes = ("200 prompts drawn from real chats", "200 prompts")
    chats, others = predict_rows([row | {"note": note} for note in notes], catalogs, SHIPPED)
    assert float(chats["pred_tpot_ms_p95"]) > 1.5 * float(others["pred_tpot_ms_p95"])
    assert float(chats["pred_tpot_ms_p50"]) == pytest.approx(float(others["pred_tpot_ms_p50"]), rel=0.15)
