from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.catalogs import Catalogs
from planner.plan.choice import leaders
from planner.plan.context import Context
from planner.request.reading import parse_request
from planner.request.request import Request
from planner.search.bounds import least_usd_per_hour
from planner.search.candidates import evaluate, meets
from planner.search.market import Market
from planner.search.prepared import Prepared
from planner.search.search import DesignRates, any_below, pair_of, promising, search
from tests.consistency.drawn import at_random
from tests.planner.conftest import chat_request

MODELS = ("meta-llama/Llama-3.3-70B-Instruct", "Qwen/Qwen2.5-7B-Instruct", "deepseek-ai/DeepSeek-R1")


SLAS: tuple[dict[str, float], ...] = (
    {"ttft_p95_s": 1.0, "tpot_p95_s": 0.05}, {"tpot_mean_s": 0.02}, {"e2e_p95_s": 20.0}, {"ttft_p99_s": 0.4}, {},
)  # fmt: skip


def prepared_for(
    catalogs: Catalogs, context: Context, model: str, rate: float, sla: dict[str, float], **limits: int
) -> tuple[Request, Market, Prepared]:
    """A question with its offers and designs."""
    data: dict[str, Any] = {"model": model, "traffic": {"rate_per_s": rate}, "sla": sla, "limits": limits}
    wanted = parse_request(data | {"input_tokens": {"mean": 1155}, "output_tokens": {"mean": 211}})
    rented, _, prepared = context.prepared(wanted, catalogs.models.find(model).model)
    return wanted, rented, prepared


@at_random(3, 12)
@given(st.sampled_from(MODELS), st.sampled_from(SLAS), st.floats(0.05, 200.0), st.integers(0, 1))
def test_leaving_designs_out_does_not_change_the_best_of_the_cheapest_pairs(
    catalogs: Catalogs, context: Context, model: str, sla: dict[str, float], rate: float, spare: int
) -> None:
    wanted, rented, prepared = prepared_for(catalogs, context, model, rate, sla, spare_replicas=spare)
    everything, few = evaluate(prepared, rented, wanted), search(prepared, rented, wanted, best=4)
    assert len(few) <= len(everything)
    best = [c.usd_per_hour[leaders(c, pair_of(c), most=4)] for c in (everything, few)]
    assert best[1] == pytest.approx(best[0])
    least = least_usd_per_hour(prepared, rented, wanted)[everything.design[everything.row]]
    assert (everything.usd_per_hour >= least * (1.0 - 1e-9)).all()


@pytest.mark.parametrize("guess_usd", [0.01, 3.0, 8.0, 500.0])
def test_whatever_the_cheapest_is_guessed_to_cost_it_is_the_same(context: Context, guess_usd: float) -> None:
    wanted = chat_request()
    rented, _, prepared = context.prepared(wanted, context.catalogs.models.find(str(wanted.model)).model)
    known, guessed = (search(prepared, rented, wanted, best=1, front=False, guess_usd=g) for g in (np.inf, guess_usd))
    best = [[getattr(c, name)[leaders(c, pair_of(c), most=1)[0]] for name in ("usd_per_hour", "machines", "offer")]
            for c in (known, guessed)]  # fmt: skip
    assert best[0] == best[1]


def test_every_candidate_meets_the_sla(catalogs: Catalogs, context: Context) -> None:
    wanted, rented, prepared = prepared_for(catalogs, context, MODELS[1], 20.0, SLAS[0])
    found = search(prepared, rented, wanted, best=4)
    assert meets(found.latency(np.arange(len(found.design))), wanted.sla).mean() > 0.995


def test_the_fastest_at_every_level_of_dollars_are_promising() -> None:
    usd = np.array([1.0, 1.0, 1.0, 5.0, 5.0, 11.0])
    seconds = np.array([3.0, 1.0, 2.0, 9.0, 8.0, 0.1])
    assert promising(usd, seconds, each=2).tolist() == [1, 2, 3, 4]
    assert promising(usd, seconds, each=1).tolist() == [1, 4]


@at_random(8, 40)
@given(st.sampled_from(MODELS), st.sampled_from(SLAS), st.floats(0.05, 200.0), st.floats(0.5, 3.0))
def test_whether_anything_costs_less_is_told_as_by_all_candidates(
    catalogs: Catalogs, context: Context, model: str, sla: dict[str, float], rate: float, share: float
) -> None:
    wanted, rented, prepared = prepared_for(catalogs, context, model, rate, sla)
    every = evaluate(prepared, rented, wanted)
    least = float(every.usd_per_hour[every.feasible].min(initial=np.inf))
    usd = share * least if np.isfinite(least) else 100.0
    rated = DesignRates.none_of(prepared, wanted.sla)
    assert any_below(prepared, rented, wanted, rated, usd) == (least < usd)
