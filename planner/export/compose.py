"""Compose: the replicas of one machine as services, each on GPUs and a port of its own."""

from __future__ import annotations

from typing import Any

from planner.errors import InputError
from planner.export.commands import start_line
from planner.export.documents import without_none, yaml_of
from planner.export.launch import FOLDER, Launch
from planner.export.line import Placement, places
from planner.export.pods import name_of
from planner.export.said import said
from planner.export.servers import container_words, device_of, environment_of, image_of, image_said, server_of
from planner.export.trtllm import FILE

# Devices of a machine that a container is given by their files.
BY_FILE = {
    "amd": {"devices": ["/dev/kfd", "/dev/dri"], "group_add": ["video"], "security_opt": ["seccomp=unconfined"]},
    "intel": {"devices": ["/dev/dri"]},
}  # fmt: skip
RUNTIMES = {"gaudi": "habana"}


def compose(launch: Launch) -> str:
    """A Compose file for a machine; raises InputError for a replica over several machines."""
    if launch.machines > 1:
        raise InputError(f"compose: a replica over {launch.machines} machines; a Compose file is of one")
    name = name_of(launch)
    services = {
        name if launch.beside == 1 else f"{name}-{index}": _service(launch, places(launch, index)[0])
        for index in range(launch.beside)
    }
    volumes: dict[str, object] = {} if launch.checkpoint.local else {"hub-cache": {}}
    document = {"name": name, "services": services, **({"volumes": volumes} if volumes else {})}
    notes = [*said(launch), *image_said(launch)]
    if launch.host.count > 1:
        notes.append(f"of one machine; the same on each of the {launch.host.count}, behind a load balancer of yours")
    return yaml_of([document], notes)


def plain(word: str) -> str:
    """A word as Compose takes it, which expands $NAME.

    >>> plain("$HOME ${x}")
    '$$HOME $${x}'
    """
    return str(word).replace("$", "$$")


def _service(launch: Launch, place: Placement) -> dict[str, Any]:
    port, device = launch.port + place.index, device_of(launch)
    environment = {**environment_of(launch), **_chosen(launch, place)}
    if not launch.checkpoint.local:
        # Taken from the shell that starts it; a model that is open needs none.
        environment["HF_TOKEN"] = "${HF_TOKEN:-}"
    kept = environment.get("HF_TOKEN")
    values = {key: value if value is kept and key == "HF_TOKEN" else plain(value) for key, value in environment.items()}
    mounts = [f"./{FOLDER}:/{FOLDER}:ro"] if launch.checkpoint.local else ["hub-cache:/root/.cache"]
    return without_none(
        {
            "image": image_of(launch), **_command(launch, place), "environment": values, "ports": [f"{port}:{port}"],
            "ipc": "host", "volumes": mounts, "working_dir": "/" if launch.checkpoint.local else None,
            "restart": "unless-stopped", "healthcheck": _health(launch, port), "runtime": RUNTIMES.get(device.id),
            **BY_FILE.get(device.id, {}), **_reserved(launch, place),
        }
    )  # fmt: skip


def _command(launch: Launch, place: Placement) -> dict[str, list[str]]:
    words = container_words(launch, place)
    if FILE in words:
        return {"entrypoint": ["/bin/sh", "-c"], "command": [plain(start_line(launch, place, image=True))]}
    head = 2 if words[1:2] == ["serve"] else 3 if words[1:2] == ["-m"] else 1
    return {"entrypoint": words[:head], "command": [plain(word) for word in words[head:]]}


def _health(launch: Launch, port: int) -> dict[str, Any]:
    program = f"import urllib.request; urllib.request.urlopen('http://localhost:{port}{server_of(launch).health}')"
    test = ["CMD", "curl", "-fsS", f"http://localhost:{port}{server_of(launch).health}"]
    if launch.engine == "vllm":
        test = ["CMD", "python3", "-c", program]
    return {"test": test, "interval": "15s", "timeout": "10s", "retries": 6, "start_period": "2h"}


def _chosen(launch: Launch, place: Placement) -> dict[str, str]:
    """GPUs chosen by a variable, on devices that a container sees all of."""
    device = device_of(launch)
    if device.id == "nvidia" or not device.visible:
        return {}
    return {device.visible: ",".join(map(str, place.node.gpus))}


def _reserved(launch: Launch, place: Placement) -> dict[str, Any]:
    if device_of(launch).id != "nvidia":
        return {}
    gpus = {"driver": "nvidia", "device_ids": [str(gpu) for gpu in place.node.gpus], "capabilities": ["gpu"]}
    return {"deploy": {"resources": {"reservations": {"devices": [gpus]}}}}
