from __future__ import annotations

from planner.answers import Infeasible
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.request.reading import parse_request
from tests.tui.conftest import H100
from tui.fields import data_of, texts_of
from tui.nearest import nearest_texts


def unmet(context: Context, **changed: object) -> tuple[dict[str, object], Infeasible]:
    data = {**H100, **changed}
    answer = explore(parse_request(data), context).answer
    assert isinstance(answer, Infeasible)
    return data, answer


def test_what_the_answer_names_is_met(context: Context) -> None:
    for changed in ({"sla": {"ttft_p95_s": 1e-4}}, {"limits": {"max_usd_per_hour": 0.01}}):
        data, answer = unmet(context, **changed)
        texts = nearest_texts(answer, texts_of(data))
        assert texts is not None
        assert explore(parse_request(data_of(texts, {})), context).feasible


def test_limits_of_another_percentile_and_no_figures_are_nothing_to_apply(context: Context) -> None:
    data, answer = unmet(context, sla={"ttft_p95_s": 1e-4})
    texts = {**texts_of(data), "percentile": "p99"}
    assert nearest_texts(answer, texts) is None
    assert nearest_texts(answer.model_copy(update={"nearest_change": "larger GPUs"}), texts_of(data)) is None
