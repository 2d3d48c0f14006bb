from __future__ import annotations

from planner.answers import Plan
from planner.plan.explore import Explored
from planner.planner import Planner
from planner.request.reading import parse_request
from tests.tui.conftest import H100
from tui import jobs


def test_a_plan_brings_its_candidates_and_no_excuse(planner: Planner) -> None:
    number, explored, request, entries, negative = jobs.planned_job(7, parse_request(H100), planner)
    assert negative is None
    assert (number, request) == (7, explored.request)
    assert entries[0].usd_per_hour == explored.answer.cluster.cost.usd_per_hour
    _, _, _, none, infeasible = jobs.planned_job(8, parse_request({**H100, "sla": {"ttft_p95_s": 1e-4}}), planner)
    assert none == []
    assert "ttft_p95_s" in infeasible.binding_limit


def test_other_sides_of_an_answer(planner: Planner, explored: Explored) -> None:
    number, found = jobs.details_job(3, explored, planner, 0)
    assert number == 3
    assert found.deploy
    assert isinstance(explored.answer, Plan)
    # Of a question that no other test asks: runs that are known are not run again. One that breaks ends early.
    other = planner.explore(parse_request({**H100, "traffic": {"rate_per_s": 3.9}}))
    assert isinstance(other.answer, Plan)
    assert jobs.why_not_job(other.answer, other.request, planner, "L40S").what == "L40S"
    assert jobs.quant_job(explored.request, planner).model == H100["model"]
    shares: list[jobs.MoneyShare] = []
    apis = ("openai/gpt-4o", "openai/gpt-4o-mini")
    money = jobs.money_job({**H100, "tco": {"own": False}}, apis, planner, shares.append)
    assert {api.name for api in money.apis} == set(apis)
    assert all(0 < share.done <= share.total for share in shares)
    assert len({share.phase for share in shares}) == 2
    volumes = [share.volume for share in shares if share.phase == shares[-1].phase]
    assert volumes == sorted(volumes)
    assert volumes[-1] > 2
