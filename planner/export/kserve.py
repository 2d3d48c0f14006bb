"""KServe: LLMInferenceService, which runs vLLM, and llm-d where its scheduler chooses the replica of a request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from planner.errors import InputError
from planner.export.documents import without_none, yaml_of
from planner.export.kubernetes import LEADER, rooted, worker_place
from planner.export.launch import FOLDER, Launch
from planner.export.line import Placement, ShellSum, flags, places, shell
from planner.export.pods import MODELS, SHARED, container, escaped, name_of, nodes_said, pod_spec
from planner.export.said import said
from planner.export.servers import image_said
from planner.export.vllm import arguments, network

ENGINE = "vllm"
# Where KServe puts the model that it has fetched; the name of the container that it completes.
MOUNTED, MAIN = "/mnt/models", "main"


def kserve(launch: Launch, *, scheduler: bool = False) -> str:
    """A manifest; scheduler: with that of llm-d. Raises InputError for another engine than the one that it runs."""
    if launch.engine != ENGINE:
        raise InputError(f"kserve: LLMInferenceService runs {ENGINE}; the target kubernetes takes {launch.engine}")
    launch = rooted(launch)
    first, *rest = places(launch)
    spec: dict[str, Any] = {
        "model": {"uri": uri(launch), "name": launch.model}, "replicas": launch.replicas,
        "parallelism": parallelism(launch), "template": _pod(launch, replace(first, leader=LEADER)),
        "router": {"gateway": {}, "route": {}, **({"scheduler": {}} if scheduler else {})},
    }  # fmt: skip
    if rest:
        spec["worker"] = _pod(launch, worker_place(launch, rest[0]))
    document = {
        "apiVersion": "serving.kserve.io/v1alpha2", "kind": "LLMInferenceService",
        "metadata": {"name": name_of(launch)}, "spec": _all_templated(spec),
    }  # fmt: skip
    return yaml_of(
        [document], [*said(launch), *image_said(launch), *nodes_said(launch), f"checkpoint: {launch.checkpoint.name}"]
    )


def llm_d(launch: Launch) -> str:
    """The same behind the scheduler of llm-d, which sends a request where its prefix is cached and queues are short."""
    return kserve(launch, scheduler=True)


def uri(launch: Launch) -> str:
    """Where the model is fetched from: a hub, or a claim."""
    c = launch.checkpoint
    if c.local:
        return f"pvc://{MODELS}/{quote(c.name.lstrip('/').removeprefix(f'{FOLDER}/'))}"
    return f"hf://{quote(c.name)}" + (f":{quote(c.revision, safe='')}" if c.revision else "")


def parallelism(launch: Launch) -> dict[str, Any]:
    """`spec.parallelism`; `dataLocal`: ranks of a machine."""
    s = launch.split
    widths: dict[str, Any] = {"tensor": s.tp}
    if s.pp > 1:
        widths["pipeline"] = s.pp
    if s.dp > 1:
        widths |= {"data": s.dp, "dataLocal": max(1, s.dp // launch.machines)}
    return widths | ({"expert": True} if s.ep > 1 else {})


def templated(word: str) -> str:
    """A word that the controller does not take for a template of its own.

    >>> templated("{{ .Name }}")
    '{{ `{{` }} .Name }}'
    """
    return word.replace("{{", "{{ `{{` }}")


def _all_templated(value: Any) -> Any:
    """The same of every text inside: the controller expands the whole specification."""
    if isinstance(value, dict):
        return {key: _all_templated(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_all_templated(each) for each in value]
    return templated(value) if isinstance(value, str) else value


def _pod(launch: Launch, place: Placement) -> dict[str, Any]:
    """The pod of one machine; the whole command stands there, so that nothing but the plan decides what runs."""
    mounted = replace(launch, checkpoint=replace(launch.checkpoint, name=MOUNTED, revision=None))
    words = [ENGINE, "serve", MOUNTED, *flags(arguments(mounted) | network(launch, place))]
    made = container(launch, place, name=MAIN, serves=place.rank is None)
    if any(isinstance(word, ShellSum) for word in words):
        made |= {"command": ["/bin/sh", "-c"], "args": [shell(words).replace("$", "$$")]}
    else:
        made |= {"command": words[:2], "args": [escaped(word) for word in words[2:]]}
    made["volumeMounts"] = [mount for mount in made["volumeMounts"] if mount["name"] == SHARED]
    pod = pod_spec(launch, [made])
    return without_none({**pod, "volumes": [volume for volume in pod["volumes"] if volume["name"] == SHARED]})
