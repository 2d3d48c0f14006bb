"""Replicas of a design as they are simulated, before the record of their cluster is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from planner.answers import Cluster
from planner.frozen import dataclass
from planner.physics.confidence import Caution
from planner.physics.design import Designs


@dataclass(frozen=True)
class Trial:
    """A single design, the most sequences of a replica, and the replicas that work.

    made: the cluster with its price and its closed form, which takes as long as some thousand requests of a run; it is
    made where it is needed. caution: factors on its times at the confidence of the request, None where they are not
    known yet.
    """

    design: Designs
    max_sequences: int
    working: int
    made: Callable[[], Cluster] = field(repr=False)
    caution: Caution | None = None

    @classmethod
    def of(cls, cluster: Cluster | Trial) -> Trial:
        """What is simulated of a planned cluster; spare replicas stand by."""
        if isinstance(cluster, Trial):
            return cluster
        assert cluster.design is not None
        working = cluster.replicas - cluster.spare_replicas
        return cls(cluster.design, cluster.replica.max_sequences, working, lambda: cluster)
