from __future__ import annotations

from planner.answers import Plan
from planner.deployment.running import deployed
from planner.physics.confidence import CENTRAL, caution_of
from planner.physics.deployment import Deployment
from planner.plan.context import Context
from planner.plan.explore import Explored
from planner.request.engine import EngineSettings
from tests.planner.conftest import EIGHT


def test_a_plan_runs_its_working_replicas_at_its_confidence(context: Context, explored: Explored) -> None:
    answer, request = explored.answer, explored.request
    assert isinstance(answer, Plan)
    found = deployed(answer, request, context, None)
    assert found.design is answer.cluster.design
    assert found.replicas == answer.cluster.replicas - answer.cluster.spare_replicas
    assert found.caution == caution_of(found.design, request.confidence, context.coefficients)
    told = deployed(answer.cluster, request, context, 0.5)
    assert (told.caution, told.replicas, told.max_sequences) == (CENTRAL, found.replicas, found.max_sequences)


def test_a_deployment_runs_alone_on_device_times_as_they_are(context: Context, explored: Explored) -> None:
    named = Deployment(EIGHT, "H100", settings=EngineSettings(max_num_seqs=64))
    found = deployed(named, explored.request, context, None)
    assert (found.replicas, found.max_sequences, found.caution, len(found.design)) == (1, 64, CENTRAL, 1)
    sure = caution_of(found.design, 0.95, context.coefficients)
    assert min(sure.device, sure.first) >= 1.0 < sure.device
    assert deployed(named, explored.request, context, 0.95).caution == sure
