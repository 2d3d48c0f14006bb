from __future__ import annotations

import pytest

from planner.plan.context import Context
from planner.quant.answer import QuantAnswer
from planner.quant.table import quant
from planner.request.reading import parse_request
from tests.tui.conftest import H100
from tui.views.quant import evidence_of, front_of, kept_of, words


@pytest.fixture(scope="module")
def answer(context: Context) -> QuantAnswer:
    return quant(parse_request({**H100, "scope": {"gpus": ["L40S"]}}), context)


def test_points_are_those_with_dollars_and_quality(answer: QuantAnswer) -> None:
    beaten, line, front, native = front_of(list(answer.rows)).series
    known = [r for r in answer.rows if r.cluster is not None and kept_of(r) is not None]
    natives = [r for r in known if evidence_of(r) == "native"]
    assert len(front.x) == sum(r.on_front for r in known) > 0
    assert len(native.x) == len(natives) > 0
    assert len(beaten.x) == len([r for r in known if r not in natives and not r.on_front])
    assert list(line.x) == sorted(line.x) == list(front.x)
    assert list(line.y) == sorted(line.y)


def test_a_row_in_words_says_why_or_what_it_costs(answer: QuantAnswer) -> None:
    for row in answer.rows:
        said = words(row).plain
        assert row.reason in said
        assert ("a month" in said) == (row.cluster is not None)
