from __future__ import annotations

import pytest

from planner.plan.context import Context
from planner.quant.answer import QuantAnswer, QuantRow
from planner.quant.table import quant
from planner.request.reading import parse_request
from tests.tui.conftest import H100
from tui.widgets.formats import DEARER, evidence_of, front_of, halving, kept_of, words


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


def test_a_row_that_is_many_times_dearer_does_not_stretch_the_axis(answer: QuantAnswer) -> None:
    rows = list(answer.rows)
    at = next(i for i, r in enumerate(rows) if r.cluster is not None and not r.on_front and evidence_of(r) != "native")
    beaten, _, front, native = front_of(rows).series
    dearest = max(*front.x, *native.x)
    for times, points in ((0.9 * DEARER, len(beaten.x)), (1.1 * DEARER, len(beaten.x) - 1)):
        cluster = rows[at].cluster
        assert cluster is not None
        dear = cluster.model_copy(update={"usd_per_million_tokens": times * dearest})
        changed = [*rows[:at], rows[at].model_copy(update={"cluster": dear}), *rows[at + 1 :]]
        assert len(front_of(changed).series[0].x) == points


def test_a_row_in_words_says_why_or_what_it_costs(answer: QuantAnswer) -> None:
    for row in answer.rows:
        said = words(row).plain
        assert row.reason in said
        assert ("a month" in said) == (row.cluster is not None)


def test_what_halves_the_cost_loses_least_of_those_that_do(answer: QuantAnswer) -> None:
    native = next(r for r in answer.rows if r.cluster is not None and evidence_of(r) == "native")
    assert native.cluster is not None
    usd = native.cluster.usd_per_hour

    def costing(share: float, loss_pct: float | None) -> QuantRow:
        assert native.cluster is not None
        quality = other.quality.model_copy(update={"loss_pct": loss_pct})
        cluster = native.cluster.model_copy(update={"usd_per_hour": share * usd})
        return native.model_copy(update={"cluster": cluster, "quality": quality})

    other = next(r for r in answer.rows if evidence_of(r) != "native")
    rows = [native, costing(0.4, 3.0), costing(0.5, 2.0), costing(0.6, 1.0), costing(0.3, None)]
    assert halving(rows).startswith(f"halves the native ${usd:,.2f}/h: ")
    assert halving(rows).endswith(f"${0.5 * usd:,.2f}/h, loses 2.0 %")
    assert halving([native, costing(0.6, 1.0)]) == f"none with measured quality halves the native ${usd:,.2f}/h"
    assert halving([costing(0.4, 3.0)]) == "the native format has no price here"
    assert halving([native.model_copy(update={"cluster": None})]) == "none of them meets the question"
