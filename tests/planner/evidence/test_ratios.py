"""Ratios that people decide on: how much faster one choice is than the other, as measured by one hand on one day."""

from __future__ import annotations

import numpy as np
import pytest

from planner.answers import Estimate, Plan
from planner.catalogs import Catalogs
from planner.evidence.points import read_point
from planner.evidence.predict import predict
from planner.evidence.serving import predict_rows
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment
from planner.planner import Planner
from planner.request.engine import EngineSettings
from planner.request.reading import parse_request

SHIPPED = Coefficients.shipped()
GEMMA, AIR = "google/gemma-4-12B-it", "cpatonn/GLM-4.5-Air-AWQ-4bit"
# alesha-pro/4x3090-llm-bench: vLLM 0.23.0, 512 tokens in and 256 out, output tokens a second; peers in pairs only.
BENCH_3090 = {
    "source": "alesha-pro/4x3090-llm-benchmarks", "note": "4x3090 PCIe 3.0 x16", "engine_version": "0.23.0",
    "isl": "512", "osl": "256", "gpu": "RTX 3090", "model": GEMMA,
}  # fmt: skip
# cloudrift-ai/server-benchmark: vLLM 0.11.0, 1000 tokens in and out, output tokens a second of the machine.
CLOUDRIFT = {"engine_version": "0.11.0", "isl": "1000", "osl": "1000", "weights": "awq"}


def tokens_per_s(catalogs: Catalogs, base: dict[str, str], **cells: object) -> float:
    row = {"engine": "vLLM", "load": "closed_loop", "pp": "1", "ep": "1", "dp": "1"} | base
    row |= {name: str(value) for name, value in cells.items()}
    return float(predict([read_point(row, catalogs)], SHIPPED).output_tok_s[0])


def int4(gpus: int, tp: int, pp: int, concurrency: int) -> dict[str, object]:
    return {"weights": "int4", "gpus": gpus, "tp": tp, "pp": pp, "concurrency": concurrency}


@pytest.mark.parametrize(
    ("one", "other", "measured"),
    [
        # Pipeline against tensor parallelism on four cards without peer access, under load and for one client.
        (int4(4, 1, 4, 64), int4(4, 4, 1, 64), 1413.0 / 920.6),
        (int4(4, 1, 4, 1), int4(4, 4, 1, 1), 77.7 / 102.7),
        # One, two and four cards for one client, and under load, where four are slower than two.
        (int4(2, 2, 1, 1), int4(1, 1, 1, 1), 87.6 / 53.1),
        (int4(4, 4, 1, 1), int4(1, 1, 1, 1), 102.7 / 53.1),
        (int4(2, 2, 1, 64), int4(1, 1, 1, 64), 1317.9 / 944.2),
        (int4(4, 4, 1, 64), int4(2, 2, 1, 64), 920.6 / 1317.9),
        # FP8 without FP8 units against INT4, for one client.
        ({**int4(1, 1, 1, 1), "weights": "fp8"}, int4(1, 1, 1, 1), 39.7 / 53.1),
        # Two replicas of two cards against one of four.
        (int4(4, 2, 1, 64), int4(4, 4, 1, 64), 1952.9 / 920.6),
    ],
)
def test_cards_without_peer_access(
    catalogs: Catalogs, one: dict[str, object], other: dict[str, object], measured: float
) -> None:
    ratio = tokens_per_s(catalogs, BENCH_3090, **one) / tokens_per_s(catalogs, BENCH_3090, **other)
    assert abs(np.log(ratio / measured)) < np.log(1.6)


def air(gpu: str, gpus: int, tp: int, pp: int, ep: int, concurrency: int, kv: str = "") -> dict[str, object]:
    cut = {"gpus": gpus, "tp": tp, "pp": pp, "ep": ep, "concurrency": concurrency}
    return {"model": AIR, "gpu": gpu, "kv": kv} | cut


@pytest.mark.parametrize(
    ("one", "other", "measured"),
    [
        # Four stages against four ranks with experts apart: twice as fast.
        (air("RTX 5090", 4, 1, 4, 1, 400), air("RTX 5090", 4, 4, 1, 4, 200), 2312.83 / 1153.51),
        # One generation of cards against the one before.
        (air("RTX 5090", 4, 1, 4, 1, 400), air("RTX 4090", 4, 1, 4, 1, 400), 2312.83 / 866.39),
        # Two cards of 48 GB against four of 24 GB.
        (air("L40S", 2, 1, 2, 1, 400, "fp8"), air("RTX 4090", 4, 1, 4, 1, 400), 829.12 / 866.39),
    ],
)
def test_stages_and_cards_of_a_mixture_of_experts(
    catalogs: Catalogs, one: dict[str, object], other: dict[str, object], measured: float
) -> None:
    ratio = tokens_per_s(catalogs, CLOUDRIFT, **one) / tokens_per_s(catalogs, CLOUDRIFT, **other)
    assert abs(np.log(ratio / measured)) < np.log(1.5)


# IOG-Foundation: 200 chats, Poisson arrivals, DeepSeek-R1-Distill-Llama-8B, 95th percentile of time per token [ms]. The
# same prompts were sent before at 32 requests a second (unstated.toml).
FOUNDATION = {
    "source": "IOG-Foundation", "note": "200 prompts drawn from real chats", "rate_per_s": "",
    "model": "deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "weights": "bf16", "engine": "vLLM", "load": "open_loop",
    "isl": "206", "osl": "212", "prompts": "200", "pp": "1", "ep": "1", "dp": "1", "tier": "B",
}  # fmt: skip


@pytest.mark.parametrize(("rate", "four_4090", "one_h100"), [("8", 26.71, 12.0), ("16", 36.81, 12.84)])
def test_one_h100_pcie_is_faster_than_four_4090_without_peer_access(
    catalogs: Catalogs, rate: str, four_4090: float, one_h100: float
) -> None:
    base = FOUNDATION | {"rate_per_s": f"{rate}.0"}
    rows = [base | {"gpu": gpu, "gpus": count, "tp": count} for gpu, count in (("RTX 4090", "4"), ("H100 PCIe", "1"))]
    slow, fast = (float(cells["pred_tpot_ms_p95"]) for cells in predict_rows(rows, catalogs, SHIPPED))
    assert slow > fast
    assert abs(np.log(slow / fast / (four_4090 / one_h100))) < np.log(1.4)


EAGLE = "eagle:3:2.4"


def gain(clients: float) -> float:
    """Time per token without drafts over that with them."""
    planner, demand = Planner(), Demand.simple(1000.0, 300.0)
    found = []
    for settings in (EngineSettings(), EngineSettings(speculation=EAGLE)):
        d = Deployment("meta-llama/Llama-3.1-8B-Instruct", "H100 SXM", concurrency=clients, settings=settings)
        answer = planner.estimate(d, demand)
        assert isinstance(answer, Estimate)
        found.append(answer.latency.tpot_s.mean)
    return found[0] / found[1]


def test_drafts_gain_for_one_client_and_less_under_load() -> None:
    """EAGLE3 on Llama-3.1-8B: 1.65 times as fast for one client; the gain falls with the load, to a loss."""
    alone, some, many = gain(1.0), gain(32.0), gain(256.0)
    assert alone == pytest.approx(1.65, rel=0.25)
    assert alone > some > many
    assert many < 1.3


def test_a_plan_takes_drafts_for_a_tight_limit_and_needs_no_fewer_cards_under_load() -> None:
    """Drafts hold a limit that one card is too slow for; where throughput decides, they save little or nothing."""

    def usd(rate: float, tpot_s: float, **engine: str) -> float:
        request = parse_request(
            {
                "model": "meta-llama/Llama-3.3-70B-Instruct", "traffic": {"rate_per_s": rate},
                "sla": {"tpot_p95_s": tpot_s}, "scope": {"gpus": ["H100 SXM"], "formats": ["fp8"]}, "engine": engine,
            }
        )  # fmt: skip
        answer = Planner().plan(request, verify=False)
        assert isinstance(answer, Plan)
        return answer.cluster.cost.usd_per_hour

    light = usd(0.2, 0.018, speculation=EAGLE) / usd(0.2, 0.018)
    heavy = usd(30.0, 0.2, speculation=EAGLE) / usd(30.0, 0.2)
    assert light < 1.0
    assert heavy > light
