from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.evidence.percentiles import compare, short_grid
from planner.load.curves import Curves, curves
from planner.load.decode import Decode, _cut
from planner.load.demand import Demand
from planner.load.first_token import first_token
from planner.load.state import State, state_of
from planner.physics.coefficients import Coefficients
from tests.planner.conftest import one_gpu

SHIPPED = Coefficients.shipped()


def decoding(catalogs: Catalogs, rate: float, osl: float, engine: str = "vllm") -> tuple[Curves, State, Decode]:
    c = curves(one_gpu(catalogs, engine), Demand.simple(1000.0, osl, cv_osl=0.0), SHIPPED)
    s = state_of(c, np.array([rate]), np.array([64.0]), np.ones(1))
    return c, s, Decode.of(c, s, first_token(c, s).own)


def test_the_first_gap_carries_what_waits_and_later_ones_what_came_meanwhile(catalogs: Catalogs) -> None:
    """m(1) = plain + rho own and m(i + 1) = plain + rho m(i), summed by hand over three gaps."""
    decode = decoding(catalogs, 10.0, 4.0)[2]
    rho = 1.0 - decode.free[0]
    assert 0.1 < rho < 0.9
    waiting = decode.start[0][0] * decode.free[0]
    steps = [decode.seen[0] + waiting]
    for _ in range(2):
        steps.append(decode.seen[0] + rho * steps[-1])
    gaps = 3.0
    mean = gaps * decode.seen + gaps * decode._reached(gaps)[0] * (decode.gap - decode.seen) + decode.started(gaps)[0]
    assert mean[0] == pytest.approx(sum(steps), rel=1e-9)


def test_no_token_takes_longer_than_a_full_step(catalogs: Catalogs) -> None:
    c, s, decode = decoding(catalogs, 15.0, 3.0)
    assert s.rho[0] > 0.3
    assert (decode.per_token(c.demand, s).quantile(0.999) <= decode.most).all()
    added = decode.held_up(2.0)[0] + 2.0 * decode.gap
    assert (added <= 2.0 * decode.full * (1 + 1e-9)).all()


def test_engines_that_stop_decoding_for_prompts_have_no_such_bound(catalogs: Catalogs) -> None:
    assert np.isinf(decoding(catalogs, 5.0, 3.0, "sglang")[2].most).all()


def test_short_outputs_agree_with_the_simulation() -> None:
    """A hundred times too long by the sum of all that waits: 94 against 17 ms for three tokens at 256 a step."""
    cells = [c for c in short_grid() if c.lengths[2] in (2, 3, 8) and c.load > 0.1][::2]
    found = [r for r in (compare(c, 4000) for c in cells) if r is not None]
    assert len(found) == len(cells) > 15
    for figure, median, most in (
        ("tpot_p50", 0.03, 0.60), ("tpot_p95", 0.08, 0.23), ("tpot_p99", 0.07, 0.35), ("ttft_p50", 0.05, 0.15),
        ("ttft_p95", 0.06, 0.23), ("ttft_p99", 0.08, 0.30), ("e2e_p95", 0.05, 0.23),
    ):  # fmt: skip
        errors = np.abs([r[figure] - 1.0 for r in found])
        assert np.median(errors) < median, figure
        assert np.max(errors) < most, figure


def test_one_token_has_no_gap_to_wait_in() -> None:
    cell = next(
        c for c in short_grid() if c.lengths[0] == 1000 and c.lengths[2] == 1 and c.load == 0.6 and c.budget == 256
    )
    found = compare(cell, 4000)
    assert found is not None
    assert np.isnan(found["tpot_p95"])
    assert found["e2e_p95"] == pytest.approx(found["ttft_p95"], rel=0.08)
    assert found["e2e_p95"] == pytest.approx(1.0, abs=0.23)


def test_moments_are_the_same_beside_others_that_are_cut_and_others_that_are_not() -> None:
    alone = _cut((np.array([1.0]), np.array([-0.5]), np.array([0.1])), np.array([9.0]), np.zeros(1))
    beside = _cut(
        (np.array([1.0, 5.0]), np.array([-0.5, 9.0]), np.array([0.1, 9.0])), np.array([9.0, 4.0]), np.zeros(2)
    )
    assert [v[0] for v in alone] == [v[0] for v in beside]
