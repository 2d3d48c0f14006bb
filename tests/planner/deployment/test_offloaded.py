"""Layers of a whole-GPU engine in host memory."""

from __future__ import annotations

import pytest

from planner import Demand, Deployment, EngineSettings, InputError, Planner
from planner.answers import DoesNotFit, OnHost
from planner.request.memory import MemorySettings
from planner.request.reading import parse_request

DEMAND = Demand.of(parse_request({"model": "x", "traffic": {"rate_per_s": 1.0}, "input_tokens": {"mean": 1000},
                                  "output_tokens": {"mean": 200}}))  # fmt: skip


def asked(gib: float, gpu: str = "RTX 4090", model: str = "Qwen/Qwen3-14B") -> OnHost | DoesNotFit:
    settings = EngineSettings(max_num_seqs=16, memory=MemorySettings(cpu_offload_gib=gib))
    answer = Planner().estimate(Deployment(model, gpu, concurrency=1.0, settings=settings), DEMAND)
    assert isinstance(answer, OnHost | DoesNotFit)
    return answer


def test_enough_layers_in_host_memory_let_a_model_fit_and_bound_its_speed() -> None:
    few, some, many = asked(1.0), asked(10.0), asked(20.0)
    assert isinstance(few, DoesNotFit)
    assert isinstance(some, OnHost)
    assert isinstance(many, OnHost)
    assert some.host[0].gib == pytest.approx(10.0)
    low, middle, high = (
        rate or 0.0 for rate in (some.decode_tokens_per_s_low, some.decode_tokens_per_s, some.decode_tokens_per_s_high)
    )
    # A token reads 10 GiB over PCIe 4.0 at 26 GB/s or less.
    assert low < middle < high < 26e9 / (10 * 2**30)
    assert (many.decode_tokens_per_s or 0.0) < middle


def test_a_link_that_no_record_states_gives_no_time() -> None:
    answer = asked(4.0, "GH200 96GB")
    assert isinstance(answer, OnHost)
    assert answer.decode_tokens_per_s is None
    assert "no time is given" in answer.reason


def test_a_simulation_has_no_time_for_it() -> None:
    request = parse_request({"model": "Qwen/Qwen3-14B", "traffic": {"rate_per_s": 1.0}})
    settings = EngineSettings(memory=MemorySettings(cpu_offload_gib=10.0))
    with pytest.raises(InputError, match="host memory"):
        Planner().simulate(request, Deployment("Qwen/Qwen3-14B", "RTX 4090", rate_per_s=1.0, settings=settings))


def test_one_memory_has_nothing_to_gain() -> None:
    with pytest.raises(InputError, match="have one memory"):
        asked(4.0, "GB10")
