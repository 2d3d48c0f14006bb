from __future__ import annotations

import numpy as np

from planner.calibration.intervals import BASES
from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.physics.engines import engines
from planner.physics.factor_keys import FLOORS, ROOFS, TERMS, Where, keys, own_case, own_client_keys, own_keys, width
from planner.physics.factors import client_places, columns, where
from planner.physics.own import MeasuredPlace, OwnFactors
from planner.plan.explore import Explored
from tests.planner.conftest import one_gpu

SHIPPED = Coefficients.shipped()


def test_no_factor_beats_a_measured_ceiling(catalogs: Catalogs) -> None:
    """Over every engine era and GPU generation, whatever was fitted."""
    gpus = {a.generation: a for a in catalogs.hardware.accelerators.values()}
    for (term, roof), floor in FLOORS.items():
        for runtime in engines().values():
            for gpu in gpus.values():
                place = Where(runtime.era, runtime.id, gpu.maker, gpu.generation, "other", "", "wide", "attention")
                assert SHIPPED.factor(term, roof, place) >= np.exp(floor) - 1e-9
                if (term, roof) == ("linear", "bandwidth"):
                    assert SHIPPED.bandwidth_share(generation=gpu.generation) / SHIPPED.factor(term, roof, place) <= 1.0


def test_every_fitted_factor_is_one_that_predictions_use() -> None:
    place = Where("vllm", "vllm", "", "hopper", "nvswitch nvlink4", "openai/gpt-oss-120b", "wide", "attention")
    for term in TERMS:
        for roof in ROOFS:
            for key in keys(term, roof, place):
                assert width(key) > 0
                assert 0 < SHIPPED.factors.get(key, 1.0) < 100


def test_loads_have_intervals_of_their_own() -> None:
    spread = {name: np.log(high / low) for name in SHIPPED.figures() for low, high in [SHIPPED.interval(name)]}
    assert spread["output_tok_s infinite_rate"] < spread["output_tok_s"] < spread["output_tok_s static_batch"]
    for ground in BASES:
        own = SHIPPED.interval("output_tok_s static_batch", of=ground)
        assert SHIPPED.interval_on("output_tok_s", ground, "static_batch") == own
        assert SHIPPED.interval_on("tpot", ground, "static_batch") == SHIPPED.interval("tpot", of=ground)
        assert SHIPPED.interval_on("output_tok_s", ground, "closed_loop") == SHIPPED.interval("output_tok_s", of=ground)


def test_what_is_farther_from_the_measured_has_no_narrower_intervals() -> None:
    for figure in ("ttft", "tpot", "output_tok_s", "output_tok_s infinite_rate"):
        near, middle, far = (SHIPPED.interval(figure, of=ground) for ground in BASES)
        assert near[0] < 1.0 < near[1]
        assert near[1] / near[0] <= middle[1] / middle[0] <= far[1] / far[0]
        assert far[1] / far[0] > near[1] / near[0]


def test_client_terms_and_seconds_of_a_measured_gpu_are_of_the_same_configuration(catalogs: Catalogs) -> None:
    designs = one_gpu(catalogs, "vllm")
    model, gpu = designs.model.id, designs.gpus[0].id
    own = OwnFactors({}, (MeasuredPlace(gpu, "vllm", model, "bf16", "tp1", "2026-11-28", 1, {}, {}),))
    (place,), _ = where(designs, own)
    (client,), _ = client_places(designs, own)
    assert client.case == own_case(place) == f"{model} in wide, tp1 @ {gpu} @ vllm"
    assert {name for _, name, _ in own_keys("linear", "fixed", place)} == {f"{gpu} @ vllm", client.case}
    assert [name for _, name, _ in own_client_keys("steps", client.case)] == [client.case]


def test_where_nobody_measured_there_is_no_own_unknown(catalogs: Catalogs) -> None:
    designs = one_gpu(catalogs, "vllm")
    elsewhere = OwnFactors({}, (MeasuredPlace("l4", "vllm", designs.model.id, "bf16", "tp1", "2026-11-28", 1, {}, {}),))
    for own in (OwnFactors({}, ()), elsewhere):
        (place,), (client,) = where(designs, own)[0], client_places(designs, own)[0]
        assert client.case == own_case(place) == ""
        assert own_keys("linear", "fixed", place) == own_client_keys("steps", client.case) == []


def test_factors_of_designs_are_those_of_their_places(explored: Explored) -> None:
    """What a compute type does not change is worked out once for all of them."""
    found, (places, rows) = columns(explored.designs, SHIPPED), where(explored.designs)
    assert len({place.compute for place in places}) > 2
    for i in range(0, len(rows), 97):
        for term in TERMS:
            told = [float(found[term][roof][i, 0]) for roof in range(len(ROOFS))]
            assert told == [SHIPPED.factor(term, roof, places[rows[i]]) for roof in ROOFS]
