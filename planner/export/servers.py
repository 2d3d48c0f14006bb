"""What engines are started from: their images, metrics, and the devices of machines. Reads `servers.toml`."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from hardware_db.schema import Date, Record
from planner.errors import InputError
from planner.export import llamacpp, sglang, tgi, trtllm, vllm
from planner.export.launch import Launch
from planner.export.line import Placement
from planner.physics.engines import engines
from planner.request.engine import DAY
from planner.shipped import shipped_toml

DATA = Path(__file__).with_name("servers.toml")
TextTuple = Annotated[tuple[str, ...], Field(strict=False)]
WORDS: dict[str, Callable[[Launch, Placement], list[str]]] = {
    "vllm": vllm.words, "sglang": sglang.words, "tensorrt-llm": trtllm.words, "llama.cpp": llamacpp.words,
    "tgi": tgi.words,
}  # fmt: skip


class Device(Record):
    """GPUs of one make: heads of their generations, the resource of Kubernetes, the variable that chooses some."""

    id: str
    generations: TextTuple
    resource: str
    visible: str


class EngineServer(Record):
    """An engine as a server: its image by device, the path that says that it is up, the metric of waiting requests, and
    variables that the plan counts on."""

    engine: str
    health: str
    waiting: str
    images: dict[str, str]
    program: str = ""
    environment: dict[str, dict[str, str]] = {}


class EngineServers(Record):
    """All of `servers.toml`."""

    checked: Date
    sources: TextTuple
    device: Annotated[tuple[Device, ...], Field(strict=False)]
    server: Annotated[tuple[EngineServer, ...], Field(strict=False)]


@cache
def servers() -> EngineServers:
    """The file, read once."""
    return EngineServers.model_validate(shipped_toml(DATA))


def server_of(launch: Launch) -> EngineServer:
    """The engine as a server; raises InputError where no start command is known."""
    found = next((server for server in servers().server if server.engine == launch.engine), None)
    if found is None:
        raise InputError(f"engine: no start command is known for {launch.engine}")
    return found


def device_of(launch: Launch) -> Device:
    """The make of the GPUs."""
    generation = launch.host.generation
    return next(d for d in servers().device if any(generation.startswith(head) for head in d.generations))


def image_of(launch: Launch) -> str:
    """The image of the engine for the GPUs; raises InputError where none is known."""
    server, device = server_of(launch), device_of(launch)
    if device.id not in server.images:
        raise InputError(f"engine: no container image of {launch.engine} is known for {launch.host.gpu}")
    return server.images[device.id].format(version=version_of(launch))


def version_of(launch: Launch) -> str:
    """The release: the plan's where it names one, else the one that is meant without, whose arguments were checked."""
    named = (launch.version or "").removeprefix("v")
    return named if named and not DAY.match(named) else engines()[launch.engine].release


def image_said(launch: Launch) -> list[str]:
    """That a tag is one by the naming of its publisher."""
    return [f"image: {image_of(launch)} is named as its publisher names tags; look up that it exists"]


def environment_of(launch: Launch) -> dict[str, str]:
    """Variables of a replica, beside those that choose its GPUs."""
    return {**server_of(launch).environment.get(device_of(launch).id, {}), **launch.environment}


def words_of(launch: Launch, place: Placement) -> list[str]:
    """The command of one machine of a replica; raises InputError where the engine cannot be started so."""
    server_of(launch)
    return WORDS[launch.engine](launch, place)


def container_words(launch: Launch, place: Placement) -> list[str]:
    """The same in the engine's image, where its program may lie elsewhere."""
    head, *rest = words_of(launch, place)
    return [server_of(launch).program or head, *rest]
