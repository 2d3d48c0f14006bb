from __future__ import annotations

import pytest

from planner.answers import Plan
from planner.catalogs import Catalogs
from planner.export.commands import deploy_command
from planner.physics.coefficients import Coefficients
from planner.planner import Planner
from planner.report.plan import plan_tables
from planner.report.render import render
from planner.report.table import Overview
from tests.planner.conftest import chat_request


@pytest.fixture(scope="module")
def planner(catalogs: Catalogs, coefficients: Coefficients) -> Planner:
    return Planner(catalogs=catalogs, coefficients=coefficients)


def test_a_plan_has_the_command_of_the_deploy_tab(planner: Planner) -> None:
    request = chat_request()
    answer = planner.plan(request, verify=False)
    assert isinstance(answer, Plan)
    (start,) = answer.start
    found = planner.explore(request)
    assert found.winner is not None
    assert start.command == list(planner.details(found, found.winner).deploy) == deploy_command(answer.cluster)
    card = plan_tables(answer)[0]
    assert isinstance(card, Overview)
    assert ("start", start.command[-1]) in card.lines
    text = render("table", data=answer, tables=lambda: plan_tables(answer), width=100)
    assert max(map(len, text.splitlines())) <= 100


def test_an_air_gapped_plan_starts_as_it_says(planner: Planner) -> None:
    answer = planner.plan(chat_request(scope={"gpus": ["L40S"], "air_gapped": True}, sla={}), verify=False)
    assert isinstance(answer, Plan)
    assert answer.offline is not None
    assert [each.command for each in answer.start] == [answer.offline.command]
    assert "HF_HUB_OFFLINE=1" in answer.start[0].command[-1]


def test_phases_apart_have_a_command_each(planner: Planner) -> None:
    asked = chat_request(scope={"gpus": ["H200", "H100"], "disaggregated": True})
    answer = planner.plan(asked, verify=False)
    assert isinstance(answer, Plan)
    assert answer.disaggregated is not None
    assert [each.kind for each in answer.start] == ["replica", "prefill", "decode"]
    for each, pool in zip(answer.start[1:], (answer.disaggregated.prefill, answer.disaggregated.decode), strict=True):
        assert f"--max-num-seqs {pool.replica.max_sequences}" in each.command[-1]
        assert "transfer" in each.command[0]
