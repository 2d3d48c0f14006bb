from __future__ import annotations

import pytest

from planner.errors import InputError
from planner.load.demand import Demand
from planner.request.presets import presets
from planner.request.reading import parse_request

BASE = {"model": "Qwen/Qwen3-32B", "traffic": {"preset": "azure-conversation"}}


def test_presets_fill_in_and_yield() -> None:
    request = parse_request(BASE)
    assert request.input_tokens.average == pytest.approx(1155, rel=0.02)
    assert request.traffic.rate_per_s == pytest.approx(5.53, rel=0.01)
    faster = parse_request({**BASE, "traffic": {"preset": "azure-conversation", "rate_per_s": 11.06}})
    assert faster.traffic.window_s == pytest.approx(request.traffic.window_s / 2.0)
    own = parse_request({**BASE, "input_tokens": {"mean": 10}})
    assert own.input_tokens.mean == 10
    with pytest.raises(InputError, match="azure-code"):
        parse_request({**BASE, "traffic": {"preset": "azure-cod"}})


def test_every_preset_plans_as_a_demand() -> None:
    for name in presets():
        demand = Demand.of(parse_request({"model": "Qwen/Qwen3-32B", "traffic": {"preset": name}}))
        assert sum(share for _, share in demand.levels) == pytest.approx(1.0)
        assert sum(share / factor for factor, share in demand.levels) == pytest.approx(1.0, rel=0.02)
