from __future__ import annotations

from planner.export.launch import MachinePart
from tests.planner.export.conftest import Launches


def test_a_replica_over_machines_has_as_many_gpus_and_ranks_on_each(launches: Launches) -> None:
    launch = launches("latent, dp over machines")
    assert (launch.gpus, launch.machines, launch.gpus_each) == (16, 2, 8)
    assert launch.nodes() == [MachinePart(0, tuple(range(8)), 0, 4), MachinePart(1, tuple(range(8)), 4, 4)]


def test_limits_are_those_of_a_rank(launches: Launches) -> None:
    launch = launches("experts, dp")
    assert (launch.sequences, launch.all_sequences) == (128, 512)


def test_replicas_of_a_machine_have_gpus_of_their_own(launches: Launches) -> None:
    from dataclasses import replace

    launch = launches("experts, ep")
    many = replace(launch, replicas=4, host=replace(launch.host, gpus=8))
    assert many.beside == 2
    assert many.nodes(1)[0].gpus == (4, 5, 6, 7)
