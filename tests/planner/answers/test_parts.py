from __future__ import annotations

from planner.answers import Memory, Plan
from planner.plan.explore import Explored


def test_a_replica_says_how_it_is_cut(explored: Explored) -> None:
    assert isinstance(explored.answer, Plan)
    replica = explored.answer.cluster.replica
    assert replica.model_copy(update={"tp": 8, "pp": 1, "ep": 1, "dp": 1}).split_text == "tp8"
    assert replica.split_text.startswith("tp")


def test_the_parts_of_memory_and_what_is_free_add_up(explored: Explored) -> None:
    assert isinstance(explored.answer, Plan)
    memory: Memory = explored.answer.cluster.memory
    assert abs(sum(part.gib for part in memory.parts) + memory.free_gib - memory.total_gib) < 1e-9
