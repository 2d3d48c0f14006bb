"""What is simulated of a cluster is what the cluster says, whichever way it is made."""

from __future__ import annotations

from planner.plan.explore import Explored
from planner.plan.sizes import Sizes
from planner.plan.trial import Trial


def test_a_trial_and_the_one_of_its_cluster_run_the_same(explored: Explored) -> None:
    sizes = Sizes(explored)
    option = sizes.options(1)[0]
    trial = sizes.trial(option, option.needed)
    made = Trial.of(trial.made())
    assert Trial.of(trial) is trial
    assert (made.max_sequences, made.working) == (trial.max_sequences, trial.working)
    assert made.design.split_at(0) == trial.design.split_at(0)
    assert made.design.gpus[made.design.gpu[0]] == trial.design.gpus[trial.design.gpu[0]]
    assert trial.made().replicas == option.needed
