"""Ray Serve LLM: an application with the engine's arguments."""

from __future__ import annotations

import json
from typing import Any

from planner.errors import InputError
from planner.export.documents import without_none, yaml_of
from planner.export.launch import Launch
from planner.export.names import target_names
from planner.export.pods import name_of
from planner.export.said import said
from planner.export.servers import environment_of
from planner.export.vllm import arguments

ENGINE = "vllm"


def ray(launch: Launch) -> str:
    """A file for `serve deploy`; raises InputError for another engine than the one that Ray Serve LLM runs."""
    if launch.engine != ENGINE:
        raise InputError(f"ray: Ray Serve LLM runs {ENGINE}, not {launch.engine}")
    ranks = launch.split.dp > 1
    config = without_none(
        {
            "model_loading_config": {"model_id": launch.model, "model_source": launch.checkpoint.name},
            "llm_engine": "vLLM", "accelerator_type": target_names().ray.get(launch.host.gpu_id),
            "deployment_config": {"num_replicas": launch.replicas}, "engine_kwargs": engine_kwargs(launch),
            "runtime_env": {"env_vars": environment_of(launch)} if environment_of(launch) else None,
            "experimental_configs": {"dp_size_per_node": max(1, launch.split.dp // launch.machines)} if ranks else None,
        }
    )  # fmt: skip
    application = {
        "name": name_of(launch), "route_prefix": "/",
        "import_path": f"ray.serve.llm:build_{'dp_' if ranks else ''}openai_app",
        "args": {"llm_config": config} if ranks else {"llm_configs": [config]},
    }  # fmt: skip
    notes = said(launch)
    if "accelerator_type" not in config:
        notes.append(f"accelerator_type: Ray has no name for {launch.host.gpu}")
    document = {"http_options": {"host": "0.0.0.0", "port": launch.port}, "applications": [application]}
    return yaml_of([document], notes)


def engine_kwargs(launch: Launch) -> dict[str, Any]:
    """The arguments of the engine under their names in Python."""
    found = {key.removeprefix("--").replace("-", "_"): value for key, value in arguments(launch).items()}
    found.pop("served_model_name")
    found["gpu_memory_utilization"] = launch.memory_share
    if isinstance(found["speculative_config"], str):
        found["speculative_config"] = json.loads(found["speculative_config"])
    return {key: value for key, value in found.items() if value is not None and value is not False}
