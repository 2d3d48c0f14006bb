from __future__ import annotations

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.report.simulation import latency_table, sampled_texts, simulation_tables, sla_tables
from planner.request.reading import parse_request
from planner.simulation.replicas import Setup
from planner.simulation.simulated import simulated
from planner.simulation.workload import generated
from tests.planner.conftest import EIGHT, one_gpu
from tests.planner.report.conftest import cells

SHIPPED = Coefficients.shipped()


def test_a_run_accounts_for_its_requests_and_judges_its_limits(catalogs: Catalogs) -> None:
    request = parse_request(
        {"model": EIGHT, "traffic": {"rate_per_s": 2.0}, "input_tokens": {"mean": 300}, "output_tokens": {"mean": 50},
         "sla": {"tpot_p95_s": 1.0, "ttft_p95_s": 1e-6}}
    )  # fmt: skip
    found = simulated(
        one_gpu(catalogs, "vllm"), request, generated(request, 30.0, 1), Setup(1), SHIPPED, max_sequences=32
    )
    title = simulation_tables(found)[0].title
    assert all(name in title for name in (found.model, "on 1 x H100 SXM", "bf16", "vllm", "tp1", "latency, simulated"))
    twice = simulation_tables(found.model_copy(update={"replicas": 2}))[0].title
    assert "on 2 replicas of 1 x H100 SXM" in twice
    counts = {row["count"]: row["number"] for row in cells(simulation_tables(found)[1])}
    assert counts["served"] == found.served > 10
    assert [row["verdict"] for row in cells(sla_tables(found)[0])] == ["holds", "breaks"]
    assert sla_tables(found.model_copy(update={"sla": []})) == []
    assert [row["figure"] for row in cells(latency_table(found))] == ["ttft_s", "tpot_s", "e2e_s", "itl_s"]


def test_a_rate_that_is_not_sustained_is_told_with_numbers_that_agree(catalogs: Catalogs) -> None:
    request = parse_request(
        {"model": EIGHT, "traffic": {"rate_per_s": 200.0}, "input_tokens": {"mean": 3000},
         "output_tokens": {"mean": 1000}, "sla": {"ttft_p95_s": 1.0, "ttft_mean_s": 1.0}}
    )  # fmt: skip
    found = simulated(
        one_gpu(catalogs, "vllm"), request, generated(request, 60.0, 1), Setup(1), SHIPPED, max_sequences=8
    )
    assert found.unfinished > found.served > 0
    latency, requests, sla = simulation_tables(found)
    assert latency.notes == [f"of the {found.served:,} requests that ended, of {found.requests:,}"]
    assert [row["simulated"] for row in cells(sla)] == ["never ended", "never ended"]
    assert f"{found.requests - found.served:,} requests without an answer are beyond every limit" in sla.notes[0]
    assert f"{found.unfinished:,} requests of {found.requests:,} never ended" in requests.notes[0]
    assert f"waits grew by at least {found.backlog_s:,.0f} s" in requests.notes[0]
    assert found.backlog_s > 1000.0
    assert found.replica_hours == found.seconds / 3600.0


def test_a_sample_of_the_replicas_is_said_to_be_one(catalogs: Catalogs) -> None:
    request = parse_request({"model": EIGHT, "traffic": {"rate_per_s": 2.0}, "input_tokens": {"mean": 300}})
    found = simulated(
        one_gpu(catalogs, "vllm"), request, generated(request, 30.0, 1), Setup(1), SHIPPED, max_sequences=32
    )
    assert sampled_texts(found) == []
    some = found.model_copy(update={"replicas": 52, "replicas_simulated": 8})
    assert "8 of the replicas were simulated, with their share of the requests" in simulation_tables(some)[1].notes
