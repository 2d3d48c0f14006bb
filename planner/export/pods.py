"""Pods of Kubernetes: the container of a replica, its probes, devices and volumes, and the nodes that it goes to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planner.errors import InputError
from planner.export.commands import start_line
from planner.export.documents import without_none
from planner.export.launch import FOLDER, Launch
from planner.export.line import Placement, ShellSum, Variable
from planner.export.servers import container_words, device_of, environment_of, image_of, server_of
from planner.export.text import LABEL, label
from planner.export.trtllm import FILE

CACHE, SHARED, MODELS = "hub-cache", "shm", "models"
TOKEN = "hf-token"
# A hundred gigabytes from a hub, and quantized kernels that compile, take longer than any default: two hours.
START_PERIOD_S, START_FAILURES = 10, 720


def name_of(launch: Launch) -> str:
    """The name of everything that is made for a launch."""
    return label(launch.model)


def escaped(word: str) -> str:
    """A word as a container takes it, which expands $(NAME), and takes two dollars for one.

    >>> escaped("$(rm -rf ~)"), escaped(Variable("HEAD:20000"))
    ('$$(rm -rf ~)', '$(HEAD):20000')
    """
    if isinstance(word, Variable):
        name, colon, rest = word.partition(":")
        return f"$({name}){colon}{rest}"
    return word.replace("$", "$$")


def command_of(launch: Launch, place: Placement) -> dict[str, list[str]]:
    """`command` and `args` of a container; a shell starts what a shell must compute or write first."""
    words = container_words(launch, place)
    if FILE in words or any(isinstance(word, ShellSum) for word in words):
        return {"command": ["/bin/sh", "-c"], "args": [start_line(launch, place, image=True).replace("$", "$$")]}
    head = 2 if words[1:2] == ["serve"] else 3 if words[1:2] == ["-m"] else 1
    return {"command": words[:head], "args": [escaped(word) for word in words[head:]]}


def container(launch: Launch, place: Placement, *, name: str = "engine", serves: bool = True) -> dict[str, Any]:
    """The container of one machine of a replica; `serves`: it answers requests itself."""
    resource = device_of(launch).resource
    if not resource:
        raise InputError(f"export: {launch.host.gpu} is in no container")
    gpus = {resource: str(launch.gpus_each)}
    probes = _probes(launch) if serves else {}
    ports = [{"name": "http", "containerPort": launch.port}] if serves else []
    return without_none(
        {
            "name": name, "image": image_of(launch), **command_of(launch, place), "env": _environment(launch),
            "ports": ports, "resources": {"limits": gpus, "requests": gpus}, **probes,
            "volumeMounts": mounts(launch),
        }
    )  # fmt: skip


def _environment(launch: Launch) -> list[dict[str, Any]]:
    values = [{"name": name, "value": value.replace("$", "$$")} for name, value in environment_of(launch).items()]
    if launch.checkpoint.local:
        return values
    secret = {"secretKeyRef": {"name": TOKEN, "key": "token", "optional": True}}
    return [*values, {"name": "HF_TOKEN", "valueFrom": secret}]


def _probes(launch: Launch) -> dict[str, Any]:
    asked = {"httpGet": {"path": server_of(launch).health, "port": "http"}}
    return {
        "startupProbe": {**asked, "periodSeconds": START_PERIOD_S, "failureThreshold": START_FAILURES},
        "readinessProbe": {**asked, "periodSeconds": 5, "timeoutSeconds": 5},
        "livenessProbe": {**asked, "periodSeconds": 15, "timeoutSeconds": 10, "failureThreshold": 6},
    }


def mounts(launch: Launch) -> list[dict[str, Any]]:
    """Where shared memory, the cache of the hub and checkpoints of one's own lie in the container."""
    found: list[dict[str, Any]] = [{"name": SHARED, "mountPath": "/dev/shm"}]
    if launch.checkpoint.local:
        return [*found, {"name": MODELS, "mountPath": f"/{FOLDER}", "readOnly": True}]
    return [*found, {"name": CACHE, "mountPath": "/root/.cache"}]


def volumes(launch: Launch) -> list[dict[str, Any]]:
    """What `mounts` mounts; a checkpoint of one's own lies in the claim `models`."""
    found: list[dict[str, Any]] = [{"name": SHARED, "emptyDir": {"medium": "Memory"}}]
    if launch.checkpoint.local:
        return [*found, {"name": MODELS, "persistentVolumeClaim": {"claimName": MODELS, "readOnly": True}}]
    return [*found, {"name": CACHE, "emptyDir": {}}]


def pod_spec(launch: Launch, containers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A pod on the machines of the plan."""
    return without_none(
        {
            "nodeSelector": node_selector(launch), "tolerations": [_toleration(launch)],
            "containers": list(containers), "volumes": volumes(launch), "terminationGracePeriodSeconds": 120,
        }
    )  # fmt: skip


def _toleration(launch: Launch) -> dict[str, str]:
    return {"key": device_of(launch).resource, "operator": "Exists", "effect": "NoSchedule"}


def node_selector(launch: Launch) -> dict[str, str]:
    """Labels that nodes of a cloud carry: instance type and region, where they can be labels."""
    h = launch.host
    if not h.provider:
        return {}
    asked = {
        "node.kubernetes.io/instance-type": h.instance_type,
        "topology.kubernetes.io/region": "" if h.region == "any" else h.region,
    }
    return {key: value for key, value in asked.items() if LABEL.fullmatch(value)}


def nodes_said(launch: Launch) -> list[str]:
    """What of the machines the selector cannot say, and what must be in the cluster."""
    lines = []
    chosen = node_selector(launch)
    if "node.kubernetes.io/instance-type" in chosen:
        lines.append(
            f"nodeSelector: {launch.host.instance_type} is what the price list of {launch.host.provider} calls the "
            "machine; compare with `kubectl get nodes -L node.kubernetes.io/instance-type`"
        )
    else:
        lines.append(f"nodes: those with {launch.host.gpu}; no label of them is known, put one under nodeSelector")
    if launch.checkpoint.local:
        lines.append(f"needs the claim `{MODELS}` with {launch.checkpoint.name.removeprefix(FOLDER + '/')} in it")
    else:
        lines.append(f"a gated model needs the secret `{TOKEN}` with the key `token`")
    return lines
