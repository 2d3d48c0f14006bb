from __future__ import annotations

import numpy as np

from planner.plan.context import Context
from planner.plan.idle import idle_figures, limits_text, out_of_reach
from tests.planner.conftest import chat_request


def test_idle_designs_are_as_fast_as_they_get(context: Context) -> None:
    asked = chat_request(scope={"gpus": ["H100"]})
    _, _, prepared = context.prepared(asked, context.catalogs.models.find(str(asked.model)).model)
    idle = idle_figures(asked, prepared)
    assert set(idle) == set(asked.sla)
    assert all(values.shape == (len(prepared.designs),) for values in idle.values())
    assert all((values > 0.0).all() for values in idle.values())
    # More GPUs a token read faster.
    tp = prepared.designs.tp
    assert idle["tpot_p95_s"][tp == tp.max()].min() < idle["tpot_p95_s"][tp == tp.min()].min()


def test_the_limit_that_is_missed_by_most_is_named() -> None:
    idle = {"ttft_p95_s": np.array([0.2, 0.1]), "tpot_p95_s": np.array([0.02, 0.03])}
    assert out_of_reach({"ttft_p95_s": 0.05, "tpot_p95_s": 0.019}, idle) == "ttft_p95_s"
    assert out_of_reach({"ttft_p95_s": 0.5, "tpot_p95_s": 0.019}, idle) == "tpot_p95_s"


def test_limits_are_named_with_their_values() -> None:
    assert limits_text(chat_request()) == ""
    asked = chat_request(limits={"max_gpus": 4, "max_power_kw": 2.5})
    assert limits_text(asked) == "limits.max_gpus = 4 and limits.max_power_kw = 2.5"
