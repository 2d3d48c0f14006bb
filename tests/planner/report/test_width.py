"""Every table of every answer keeps to 100 columns, with words and titles whole."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from planner import Planner
from planner.answers import Infeasible, Plan
from planner.catalogs import Catalogs
from planner.load.demand import Demand
from planner.physics.deployment import Deployment
from planner.report.estimate import estimate_tables
from planner.report.fit import fit_tables
from planner.report.layout import fitting, terminal
from planner.report.overview import overview
from planner.report.plan import infeasible_tables, plan_tables
from planner.report.quant import quant_tables
from planner.report.render import LISTED, render
from planner.report.table import Block, Overview, Table, show
from tests.planner.conftest import chat_request

WIDTH = 100


@pytest.fixture(scope="module")
def planner(catalogs: Catalogs) -> Planner:
    return Planner(catalogs=catalogs)


LONG = "unsloth/Meta-Llama-3.1-8B-Instruct-with-a-very-long-name-that-somebody-gave-it-in-2025"


def words(text: str) -> set[str]:
    return set(text.split())


def shown(block: Block) -> tuple[str, set[str]]:
    """The text of a block, and the words that must stand in it whole."""
    if isinstance(block, Overview):
        cells = [text for line in block.lines for text in line] + [
            show(c) for t in block.tables for r in t.rows for c in r
        ]
        return overview(block, WIDTH, framed=True), words(" ".join([block.title, *cells]))
    table = fitting(block.first(LISTED).narrowed(), WIDTH)
    cells = [show(cell) for row in table.rows for cell in row]
    return terminal(table, WIDTH), words(" ".join([table.title, *cells, *table.texts]))


def check(blocks: Sequence[Block]) -> None:
    for block in blocks:
        text, whole = shown(block)
        assert max(map(len, text.splitlines())) <= WIDTH
        found = words(text)
        # What is longer than a line is none that a line could hold.
        assert {word for word in whole if len(word) <= 60} <= found


QUESTIONS = {
    "one GPU": {"scope": {"gpus": ["RTX PRO 6000 Blackwell Server"]}},
    "all": {},
    "no limit": {"sla": {}},
    "many limits": {"sla": {"ttft_p50_s": 2.0, "ttft_p99_s": 4.0, "tpot_mean_s": 0.1, "e2e_p95_s": 60.0}},
    "large": {"model": "deepseek-ai/DeepSeek-V3", "traffic": {"rate_per_s": 3.0}},
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_plan_fits_with_its_words_whole(planner: Planner, name: str) -> None:
    answer = planner.plan(chat_request(**QUESTIONS[name]), verify=False)
    assert isinstance(answer, Plan)
    check(plan_tables(answer))


def test_long_names_fit_too(planner: Planner) -> None:
    answer = planner.plan(chat_request(), verify=False)
    assert isinstance(answer, Plan)
    c = answer.cluster
    long = c.model_copy(update={
        "replica": c.replica.model_copy(update={"model": LONG}),
        "machine": c.machine.model_copy(update={"instance_type": "sapphire-rapids-" * 4, "provider": "p" * 40}),
    })  # fmt: skip
    check(plan_tables(answer.model_copy(update={"cluster": long})))


def test_what_is_infeasible_fits(planner: Planner) -> None:
    answer = planner.plan(chat_request(sla={"ttft_p95_s": 0.001}), verify=False)
    assert isinstance(answer, Infeasible)
    check(infeasible_tables(answer))


def test_other_answers_fit(planner: Planner) -> None:
    check(quant_tables(planner.quant(chat_request(scope={"gpus": ["H100", "L40S"]}))))
    check(fit_tables(planner.fit("meta-llama/Llama-3.3-70B-Instruct")))
    deployment = Deployment(model="Qwen/Qwen3-32B", gpu="H100", concurrency=8.0)
    check(estimate_tables(planner.estimate(deployment, Demand.of(chat_request()))))


def test_a_list_ends_with_how_many_follow() -> None:
    table = Table("Names", ("id",), [[f"name-{i}"] for i in range(45)], ["a note"], listed="name")
    text = render("table", data=None, tables=lambda: [table])
    assert f"and {45 - LISTED} more names (--limit 0: all)" in text
    assert len(re.findall(r"name-\d", text)) == LISTED
    assert len(re.findall(r"name-\d", render("table", data=None, tables=lambda: [table], limit=0))) == 45
    assert len(re.findall(r"name-\d", render("csv", data=None, tables=lambda: [table]))) == 45
    assert len(render("csv", data=None, tables=lambda: [table], limit=3).splitlines()) == 4
    assert "and 1 more name (" in render("md", data=None, tables=lambda: [table], limit=44)
