from __future__ import annotations

from itertools import product
from math import isfinite

import pytest

from planner.answers import Estimate
from planner.catalogs import Catalogs
from planner.deployment.estimate import DoesNotFit, estimate
from planner.errors import InputError
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment
from planner.physics.split import Split
from tests.consistency.drawn import TORTURE
from tests.planner.conftest import EIGHT, SEVENTY

SHIPPED = Coefficients.shipped()

DEMAND = Demand.simple(1000, 200)


def test_parts_add_up_and_more_clients_serve_more(catalogs: Catalogs) -> None:
    found = [
        estimate(Deployment(SEVENTY, "H100", "fp8", split=Split(tp=2), concurrency=n), DEMAND, catalogs, SHIPPED)
        for n in (1.0, 16.0)
    ]
    for each in found:
        assert isinstance(each, Estimate)
        memory = each.memory
        assert sum(part.gib for part in memory.parts) + memory.free_gib == pytest.approx(memory.total_gib)
        step = each.decode_step
        assert sum(term.ms for term in step.terms) == pytest.approx(step.total_ms)
        assert each.output_tokens_per_s_low < each.output_tokens_per_s < each.output_tokens_per_s_high
    assert found[1].output_tokens_per_s > 4.0 * found[0].output_tokens_per_s  # type: ignore[union-attr]


def test_what_does_not_fit_says_how_much_is_missing(catalogs: Catalogs) -> None:
    found = estimate(Deployment(SEVENTY, "H100", "bf16", concurrency=1.0), DEMAND, catalogs, SHIPPED)
    assert isinstance(found, DoesNotFit)
    assert "GiB short of one sequence" in found.reason


def test_clients_or_a_rate_but_not_both(catalogs: Catalogs) -> None:
    for load in ({}, {"concurrency": 1.0, "rate_per_s": 1.0}):
        with pytest.raises(InputError, match="one of the two"):
            estimate(Deployment(SEVENTY, "H100", "fp8", **load), DEMAND, catalogs, SHIPPED)


LOADS = ({"concurrency": 1.0}, {"concurrency": 64.0}, {"concurrency": 1000.0}, {"rate_per_s": 2.0})


LENGTHS = ((1, 40), (100, 1), (8000, 2), (1000, 1000))
# One in five of them has each model, pair of lengths and load several times.
CASES = list(product((EIGHT, "Qwen/Qwen3-30B-A3B", "Qwen/Qwen3.5-9B"), LENGTHS, LOADS))


@pytest.mark.parametrize(("model", "lengths", "load"), CASES if TORTURE else CASES[::5])
def test_no_part_of_a_time_is_negative_and_parts_add_up(
    catalogs: Catalogs, model: str, lengths: tuple[int, int], load: dict[str, float]
) -> None:
    """Once the head and the host of a prompt in a closed loop took less than no time."""
    found = estimate(Deployment(model, "H100", **load), Demand.simple(*lengths), catalogs, SHIPPED)
    assert isinstance(found, Estimate)
    for made in (found.ttft_parts, found.tpot_parts):
        assert all(min(p.ms, p.count, p.each_ms, p.hidden_ms) >= 0.0 for p in made.parts)
        if isfinite(made.mean_ms):
            assert sum(p.ms for p in made.parts) == pytest.approx(made.mean_ms, abs=1e-6)
            assert all(p.ms == pytest.approx(p.count * p.each_ms - p.hidden_ms, abs=1e-6) for p in made.parts)
    for step in (found.decode_step, found.prefill_step):
        assert all(min(t.ms, t.hidden_ms) >= 0.0 for t in step.terms)
