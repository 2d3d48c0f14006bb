"""Logs that an estimate prints, as logs of a deployment."""

from __future__ import annotations

from planner import Planner
from planner.load.demand import Demand
from planner.physics.deployment import Deployment
from planner.physics.split import Split
from planner.request.engine import EngineSettings
from planner.request.lengths import CHAT_INPUT, CHAT_OUTPUT
from planner.traffic.lengths import shape_of

CHAT = Demand(shape_of(CHAT_INPUT), shape_of(CHAT_OUTPUT))


def printed(
    planner: Planner, model: str, gpu: str, engine: str = "vllm", *, tp: int = 1, weights: str | None = None,
    kv: str | None = None, **settings: object,
) -> str:  # fmt: skip
    """The lines that a deployment prints."""
    stated = EngineSettings.model_validate(settings)
    named = Deployment(model, gpu, weights, kv, engine, Split(tp=tp), stated, concurrency=1.0)
    log = planner.estimate(named, CHAT).log
    assert log is not None
    return "\n".join(log.lines)
