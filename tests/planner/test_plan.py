from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from planner.answers import Infeasible, Plan
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.plan.explore import plan, scope_designs
from planner.request.reading import parse_request
from planner.request.request import Request
from planner.search.candidates import evaluate, prepare
from planner.search.market import market

SHIPPED = Coefficients.shipped()

BASE: dict[str, Any] = {
    "model": "meta-llama/Llama-3.3-70B-Instruct",
    "traffic": {"rate_per_s": 8},
    "input_tokens": {"mean": 1155},
    "output_tokens": {"mean": 211},
    "sla": {"ttft_p95_s": 1.0, "tpot_p95_s": 0.05},
}


def request(**changes: Any) -> Request:
    return parse_request(BASE | changes)


def test_the_winner_meets_the_sla_and_is_the_cheapest(catalogs: Catalogs) -> None:
    answer = plan(request(), catalogs, SHIPPED)
    assert isinstance(answer, Plan)
    c = answer.cluster
    assert c.latency.ttft_s.p95 <= 1.0
    assert c.latency.tpot_s.p95 <= 0.05
    assert c.sla_breaks_at_rate_per_s >= 8
    assert len(answer.runners_up) == 3
    assert all(r.cluster.cost.usd_per_hour >= c.cost.usd_per_hour - 1e-9 for r in answer.runners_up)
    assert all(r.loses_on for r in answer.runners_up)
    assert answer.pareto[0].usd_per_hour == pytest.approx(c.cost.usd_per_hour)


def test_the_front_is_a_front(catalogs: Catalogs) -> None:
    answer = plan(request(), catalogs, SHIPPED)
    assert isinstance(answer, Plan)
    dollars = [point.usd_per_hour for point in answer.pareto]
    latency = [point.e2e_p95_s for point in answer.pareto]
    assert dollars == sorted(dollars)
    assert latency == sorted(latency, reverse=True)


def test_money_reconciles(catalogs: Catalogs) -> None:
    answer = plan(request(), catalogs, SHIPPED)
    assert isinstance(answer, Plan)
    c = answer.cluster
    assert c.cost.usd_per_hour == pytest.approx(c.machine.count * c.machine.usd_per_hour_each)
    tokens = c.cost.usd_per_million_input_tokens * 8 * 1155 + c.cost.usd_per_million_output_tokens * 8 * 211
    assert tokens * 3600 / 1e6 == pytest.approx(c.cost.usd_per_hour)


def test_bf16_70b_is_never_offered_on_one_80gb_gpu(catalogs: Catalogs) -> None:
    scope = {"formats": ["bf16"], "gpus": ["H100", "A100-80GB"]}
    answer = plan(request(scope=scope), catalogs, SHIPPED)
    assert isinstance(answer, Plan)
    for c in [answer.cluster, *(r.cluster for r in answer.runners_up)]:
        assert c.replica.gpus > 1


def test_an_impossible_ttft_names_the_limit_and_the_nearest(catalogs: Catalogs) -> None:
    answer = plan(request(sla={"ttft_p95_s": 0.001, "tpot_p95_s": 0.05}), catalogs, SHIPPED)
    assert isinstance(answer, Infeasible)
    assert "ttft_p95_s" in answer.binding_limit
    assert "ttft_p95_s" in answer.nearest_change
    assert answer.nearest is not None
    assert answer.nearest.latency.tpot_s.p95 <= 0.05


def test_a_budget_that_is_too_small_says_what_it_would_take(catalogs: Catalogs) -> None:
    answer = plan(request(limits={"max_usd_per_hour": 0.5}), catalogs, SHIPPED)
    assert isinstance(answer, Infeasible)
    assert "max_usd_per_hour" in answer.binding_limit
    assert "$" in answer.nearest_change


def test_no_room_at_all(catalogs: Catalogs) -> None:
    scope = {"gpus": ["T4"], "formats": ["fp16"], "max_gpus_per_replica": 1}
    answer = plan(request(scope=scope), catalogs, SHIPPED)
    assert isinstance(answer, Infeasible)
    assert "memory" in answer.binding_limit


def test_the_cost_grows_with_the_rate(catalogs: Catalogs) -> None:
    costs = []
    for rate in (1, 8, 64):
        answer = plan(request(traffic={"rate_per_s": rate}), catalogs, SHIPPED)
        assert isinstance(answer, Plan)
        costs.append(answer.cluster.cost.usd_per_hour)
    assert costs == sorted(costs)


def test_bursts_are_met_with_more_replicas_at_every_rate(catalogs: Catalogs) -> None:
    counts = []
    for rate in (2.0, 4.0, 5.5, 6.0, 8.0, 12.0, 24.0):
        answer = plan(
            parse_request(
                {
                    "model": "meta-llama/Llama-3.1-8B-Instruct",
                    "traffic": {"preset": "azure-code", "rate_per_s": rate},
                    "sla": {"ttft_p95_s": 3.0, "tpot_p95_s": 0.1},
                    "scope": {"gpus": ["H100 SXM"]},
                }
            ),
            catalogs,
            SHIPPED,
        )
        assert isinstance(answer, Plan)
        counts.append(answer.cluster.cost.usd_per_hour)
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def test_spare_replicas_are_paid_for_and_do_not_carry_load(catalogs: Catalogs) -> None:
    scope = {"gpus": ["H100"], "providers": ["vast"]}
    plain, spare = (plan(request(scope=scope, limits={"spare_replicas": n}), catalogs, SHIPPED) for n in (0, 1))
    assert isinstance(plain, Plan)
    assert isinstance(spare, Plan)
    assert spare.cluster.cost.usd_per_hour > plain.cluster.cost.usd_per_hour
    assert spare.cluster.spare_replicas == 1


def test_more_confidence_never_costs_less(catalogs: Catalogs) -> None:
    costs = []
    for confidence in (0.5, 0.8, 0.95):
        answer = plan(request(confidence=confidence), catalogs, SHIPPED)
        assert isinstance(answer, Plan)
        costs.append(answer.cluster.cost.usd_per_hour)
    assert costs == sorted(costs)


def test_a_quality_floor_chooses_the_model(catalogs: Catalogs) -> None:
    data = {k: v for k, v in BASE.items() if k != "model"}
    answer = plan(parse_request(data | {"quality": {"benchmark": "MMLU", "min_score": 80}}), catalogs, SHIPPED)
    assert isinstance(answer, Plan)
    assert any("MMLU" in text for text in answer.assumptions)
    with pytest.raises(InputError, match="nearest"):
        plan(parse_request(data | {"quality": {"benchmark": "MMLUU", "min_score": 80}}), catalogs, SHIPPED)
    with pytest.raises(InputError, match="no catalog model"):
        plan(parse_request(data | {"quality": {"benchmark": "MMLU", "min_score": 99.9}}), catalogs, SHIPPED)


def test_the_search_equals_brute_force(catalogs: Catalogs) -> None:
    """No feasible candidate of the table is cheaper than the winner, and its cost is machines x price."""
    wanted = request(scope={"gpus": ["H100", "L40S", "A100-80GB"]})
    rented = market(catalogs.hardware, wanted.scope)
    model = catalogs.models.find(str(wanted.model)).model
    prepared = prepare(scope_designs(wanted, model, rented), Demand.of(wanted), SHIPPED, caution=1.25)
    found = evaluate(prepared, rented, wanted)
    for i in np.flatnonzero(found.feasible)[:500]:
        size = int(prepared.designs.gpus_per_replica[found.design[found.row[i]]])
        machine = int(rented.size[found.offer[i]])
        replicas = float(found.replicas[found.row[i]])
        per = max(1, machine // size)
        machines = -(-replicas // per) if size <= machine else replicas * size / machine
        assert found.machines[i] == machines
        assert found.usd_per_hour[i] == pytest.approx(machines * rented.usd_per_hour[found.offer[i]])
        assert (
            rented.gpus[rented.gpu[found.offer[i]]].id
            == prepared.designs.gpus[prepared.designs.gpu[found.design[found.row[i]]]].id
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"traffic": {"rate_per_s": -1}}, "traffic.rate_per_s"),
        ({"traffic": {"rate_per_s": float("nan")}}, "traffic.rate_per_s"),
        ({"traffic": {"rate_per_s": 1, "burst": 2}}, "burst.*nearest"),
        ({"sla": {"ttft_p96_s": 1}}, "ttft_p96_s.*nearest: ttft_p9"),
        ({"sla": {"ttft_p95_s": 0}}, "sla.ttft_p95_s"),
        ({"input_tokens": {"mean": 10, "p95": 5}}, "below the mean"),
        ({"input_tokens": {"mean": 10, "p95": 500}}, "not lognormal"),
        ({"modle": "x"}, "modle.*nearest: model"),
        ({"model": None}, "model"),
        ({"scope": {"commitment": "forever"}}, "scope.commitment"),
    ],
)
def test_bad_requests_are_one_line(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        parse_request(BASE | change)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "scope",
    [{"gpus": ["H999"]}, {"providers": ["awss"]}, {"regions": ["mars"]}, {"engines": ["vlm"]}, {"formats": ["fp7"]}],
)
def test_unknown_names_in_scope_get_the_nearest(catalogs: Catalogs, scope: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="nearest: "):
        plan(request(scope=scope), catalogs, SHIPPED)


def test_an_embedding_model_is_refused(catalogs: Catalogs) -> None:
    with pytest.raises(InputError, match="embedding"):
        plan(request(model="BAAI/bge-m3"), catalogs, SHIPPED)


def test_lengths_beyond_the_context_are_refused(catalogs: Catalogs) -> None:
    with pytest.raises(InputError, match="context"):
        plan(request(input_tokens={"mean": 200_000}), catalogs, SHIPPED)
