"""NVIDIA Dynamo: a graph of a frontend and workers."""

from __future__ import annotations

from typing import Any

from planner.errors import InputError
from planner.export import sglang, trtllm, vllm
from planner.export.documents import without_none, yaml_of
from planner.export.kubernetes import rooted
from planner.export.launch import Launch
from planner.export.line import flags, more_than_one, places, share
from planner.export.pods import container, escaped, name_of, nodes_said, pod_spec
from planner.export.said import said
from planner.export.servers import device_of

VERSION = "1.4.2"
# The engine's name here, by that of the catalog.
FRAMEWORKS = {"vllm": "vllm", "sglang": "sglang", "tensorrt-llm": "trtllm"}
IMAGES = {"vllm": "vllm-runtime", "sglang": "sglang-runtime", "trtllm": "tensorrtllm-runtime"}


def dynamo(launch: Launch) -> str:
    """A DynamoGraphDeployment; raises InputError for an engine or a GPU that Dynamo has no runtime for."""
    framework = FRAMEWORKS.get(launch.engine)
    if framework is None or device_of(launch).id != "nvidia":
        raise InputError(f"dynamo: there is no runtime for {launch.engine} on {launch.host.gpu}")
    launch = rooted(launch)
    image = f"nvcr.io/nvidia/ai-dynamo/{IMAGES[framework]}:{VERSION}"
    front = {
        "name": "main", "image": image, "command": ["python3", "-m", "dynamo.frontend"],
        "args": ["--http-port", str(launch.port)],
    }  # fmt: skip
    worker = without_none(
        {
            "name": "worker", "type": "worker", "replicas": launch.replicas,
            "multinode": {"nodeCount": launch.machines} if launch.machines > 1 else None,
            "podTemplate": {"spec": pod_spec(launch, [_worker(launch, framework, image)])},
        }
    )  # fmt: skip
    components = [
        {"name": "frontend", "type": "frontend", "replicas": 1, "podTemplate": {"spec": {"containers": [front]}}},
        worker,
    ]
    document = {
        "apiVersion": "nvidia.com/v1beta1", "kind": "DynamoGraphDeployment", "metadata": {"name": name_of(launch)},
        "spec": {"backendFramework": framework, "components": components},
    }  # fmt: skip
    notes = [*said(launch), *nodes_said(launch)]
    if launch.machines > 1:
        notes.append("the operator tells the machines of a replica how they find each other")
    return yaml_of([document], notes)


def _worker(launch: Launch, framework: str, image: str) -> dict[str, Any]:
    made = container(launch, places(launch)[0], name="main", serves=False)
    words = flags(_arguments(launch, framework))
    return made | {
        "image": image, "command": ["python3", "-m", f"dynamo.{framework}"], "args": [escaped(word) for word in words],
    }  # fmt: skip


def _arguments(launch: Launch, framework: str) -> dict[str, object]:
    """The worker's arguments: the engine's own, but that TensorRT-LLM's have other names."""
    c, s = launch.checkpoint, launch.split
    if framework == "vllm":
        return {"--model": c.name} | vllm.arguments(launch)
    if framework == "sglang":
        return sglang.arguments(launch)
    trtllm.words(launch, places(launch)[0])
    return {
        "--model-path": c.name, "--served-model-name": launch.model,
        "--tensor-parallel-size": more_than_one(s.tp * s.dp), "--pipeline-parallel-size": more_than_one(s.pp),
        "--expert-parallel-size": more_than_one(s.ep), "--enable-attention-dp": s.dp > 1,
        "--max-seq-len": launch.context, "--max-batch-size": launch.sequences,
        "--max-num-tokens": launch.batched_tokens, "--free-gpu-memory-fraction": share(launch.memory_share),
        "--override-engine-args": trtllm.settings(launch, cache=True) or None,
    }  # fmt: skip
