from __future__ import annotations

from planner.physics.engines import find_engine
from planner.physics.versions import version_key


def test_engine_profiles_by_version_and_date() -> None:
    assert not find_engine("vllm", "0.6.4").chunked_prefill
    assert find_engine("vllm", "0.8.5").chunked_prefill
    assert not find_engine("vllm", "0.8.5").graphs_in_budget
    assert find_engine("vllm", "0.22").graphs_in_budget
    assert find_engine("vllm").graphs_in_budget
    assert not find_engine("vllm", "2025-07-22").hybrid_cache
    assert version_key("0.10.1rc2") > version_key("0.9.2")
