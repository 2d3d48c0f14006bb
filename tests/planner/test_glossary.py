"""Words of the glossary: each once, and each word of a plan among them."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from planner import Planner
from planner.answers import Estimate, Plan
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.glossary import find_term, terms
from planner.load.demand import Demand
from planner.physics.deployment import Deployment
from planner.plan.explore import Explored
from planner.report.calibration import MEMORY, PLACES, RUNS
from planner.report.estimate import estimate_tables
from planner.report.fit import fit_tables
from planner.report.plan import plan_tables
from planner.report.table import Overview, Table
from planner.report.tco import tco_tables
from planner.request.request import Request, Traffic
from planner.tco.answer import TcoAnswer
from planner.tco.request import TcoTerms
from tests.planner.conftest import EIGHT


def test_each_word_is_there_once_and_explained_in_a_line() -> None:
    keys = Counter(key for term in terms() for key in term.keys)
    assert [key for key, count in keys.items() if count > 1] == []
    assert all(term.text and "\n" not in term.text and "|" not in term.text for term in terms())


def _words(answer: Plan) -> set[str]:
    """Labels, columns, and names of rows that stand in the default answer."""
    found: set[str] = set()
    for block in plan_tables(answer):
        if isinstance(block, Overview):
            found |= {name for name, _ in block.lines}
        tables = block.tables if isinstance(block, Overview) else [block.narrowed()]
        for table in tables:
            found |= set(table.columns)
            found |= {str(row[0]) for row in table.rows if table.columns[:1] in (("figure",), ("part",), ("limit",))}
            found |= {str(row[0]) for row in table.rows if tuple(table.columns[:1]) in (("role",),)}
    return found


def test_every_word_of_a_plan_is_explained(explored: Explored) -> None:
    assert isinstance(explored.answer, Plan)
    words = _words(explored.answer)
    assert {"ttft_s", "role", "split"} <= {re.sub(r"\s", "", word) for word in words} | words
    assert _unknown(words) == []


def test_every_column_of_a_calibration_and_of_a_question_of_money_is_explained(catalogs: Catalogs) -> None:
    request = Request(model=EIGHT, traffic=Traffic(rate_per_s=1.0))
    money = Planner(catalogs=catalogs).tco(request, TcoTerms(apis=("openai/gpt-4o",)))
    assert isinstance(money, TcoAnswer)
    tables = [table for table in tco_tables(money) if isinstance(table, Table)]
    columns = {name for table in tables for name in table.columns}
    assert {"of_one_unit", "load", "tokens_per_month"} <= columns
    assert _unknown({*columns, *RUNS, *PLACES, *MEMORY, "central", "break-even", "score"}) == []


def _unknown(words: set[str]) -> list[str]:
    found = []
    for word in sorted(words):
        try:
            find_term(word)
        except InputError:
            found.append(word)
    return found


def test_every_word_of_the_operators_and_of_what_fits_is_explained(catalogs: Catalogs) -> None:
    """`each_ms` and its like are named in the entry of the part; `change` is a sentence."""
    planner = Planner(catalogs=catalogs)
    found = planner.estimate(Deployment(EIGHT, "L40S", concurrency=4.0), Demand.simple(500, 100))
    assert isinstance(found, Estimate)
    steps = [*found.decode_step.terms, *found.prefill_step.terms]
    words = {word for term in steps for word in (term.name, term.binds)}
    words |= {found.latency.ttft_s.basis}
    assert {"linear", "attention decode", "compute", "bandwidth"} <= words
    columns = {name for table in (*estimate_tables(found)[-1:], *fit_tables(planner.fit(EIGHT, gpus=["L40S"])))
               for name in table.columns}  # fmt: skip
    assert _unknown(words | columns - {"ms", "each_ms", "hidden_ms", "change"}) == []


@pytest.mark.parametrize(
    ("word", "names"),
    [("ttft_p95_s", "TTFT"), ("tp4", "TP, PP, EP"), ("Pareto front", "Pareto front"), ("KV", "KV, cache, kv_cache")],
)
def test_a_word_is_found_with_what_stands_behind_it(word: str, names: str) -> None:
    assert find_term(word).names == names


def test_a_word_that_is_none_names_the_nearest() -> None:
    with pytest.raises(InputError, match=r"explain: 'utilisation' is no word of the glossary .nearest: utilization"):
        find_term("utilisation")


def test_the_plan_says_how_words_are_explained(explored: Explored) -> None:
    assert isinstance(explored.answer, Plan)
    last = plan_tables(explored.answer)[-1]
    assert isinstance(last, Table)
    assert "gpuplan explain" in last.notes[-1]
