from __future__ import annotations

import pytest
from pydantic import ValidationError

from planner.answers import Cluster, Plan
from planner.plan.explore import Explored


@pytest.fixture(scope="module")
def cluster(explored: Explored) -> Cluster:
    assert isinstance(explored.answer, Plan)
    return explored.answer.cluster


def test_a_design_is_carried_but_neither_printed_nor_compared(cluster: Cluster) -> None:
    read = Cluster.model_validate_json(cluster.model_dump_json())
    assert cluster.design is not None
    assert read.design is None
    assert read == cluster
    assert read.carrying(cluster.design).design is cluster.design
    assert read.model_dump() == cluster.model_dump()


def test_a_cluster_with_another_figure_is_another(cluster: Cluster) -> None:
    other = cluster.model_copy(update={"gpus": cluster.gpus + 1})
    assert other != cluster


def test_a_cluster_is_not_written_to_nor_given_more(cluster: Cluster) -> None:
    with pytest.raises(ValidationError):
        cluster.gpus = 3  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Cluster.model_validate({**cluster.model_dump(), "more": 1})
