"""What a plan is written as: every target by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from planner.errors import InputError, unknown
from planner.export.launch import Launch


@dataclass(frozen=True, slots=True)
class ExportTarget:
    """A target: what it is in words, the engine that it is of (empty: any), the module and the function that write it,
    and whether replicas may follow the queue in it."""

    says: str
    engine: str
    module: str
    function: str
    scales: bool = False

    @property
    def write(self) -> Callable[[Launch], str]:
        """The function that writes it; its module is imported on use."""
        from importlib import import_module

        found: Callable[[Launch], str] = getattr(import_module(f"planner.export.{self.module}"), self.function)
        return found


def _command(says: str, engine: str) -> ExportTarget:
    return ExportTarget(says, engine, "commands", "script")


TARGETS: dict[str, ExportTarget] = {
    "vllm": _command("shell script of `vllm serve`", "vllm"),
    "sglang": _command("shell script of `sglang.launch_server`", "sglang"),
    "trtllm": _command("shell script of `trtllm-serve`", "tensorrt-llm"),
    "llamacpp": _command("shell script of `llama-server`", "llama.cpp"),
    "tgi": _command("shell script of `text-generation-launcher` (archived: legacy)", "tgi"),
    "compose": ExportTarget("Compose file of one machine", "", "compose", "compose"),
    "kubernetes": ExportTarget(
        "Deployment or LeaderWorkerSet, Service, autoscaler", "", "kubernetes", "kubernetes", True
    ),
    "kserve": ExportTarget("KServe LLMInferenceService (vLLM)", "vllm", "kserve", "kserve"),
    "llm-d": ExportTarget("the same behind the llm-d scheduler", "vllm", "kserve", "llm_d"),
    "dynamo": ExportTarget("NVIDIA DynamoGraphDeployment", "", "dynamo", "dynamo"),
    "skypilot": ExportTarget("SkyPilot task and service", "", "skypilot", "skypilot"),
    "ray": ExportTarget("Ray Serve LLM application (vLLM)", "vllm", "ray", "ray"),
}
SCALING = ("keda", "hpa", "none")


def target_of(name: str) -> ExportTarget:
    """A target by name; raises InputError with the nearest."""
    if name not in TARGETS:
        raise InputError(f"target: {unknown(name, TARGETS)}")
    return TARGETS[name]


def export(launch: Launch, target: str, *, scaling: str = "keda") -> str:
    """A launch as the text of a target.

    scaling: what lets replicas follow the queue on Kubernetes: `keda`, `hpa` or `none`. Raises InputError where the
    target cannot start it so.
    """
    found = target_of(target)
    if scaling not in SCALING:
        raise InputError(f"scaling: {unknown(scaling, SCALING)}")
    if found.engine and found.engine != launch.engine:
        raise InputError(f"target: {target} starts {found.engine}, and this is planned for {launch.engine}")
    write: Callable[..., str] = found.write
    return write(launch, scaling=scaling) if found.scales else write(launch)
