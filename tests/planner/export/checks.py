"""What says that a target is valid: the argument names of engines by version, and the schemas of deployment targets.

They are read where they lie, and what they check is skipped where they are not.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

# Lists by engine, the newest first.
LISTS = {
    "vllm": ("vllm_flags.json", "vllm_flags_0.11.0.json"), "sglang": ("sglang_flags.json", "sglang_flags_0.5.3.json"),
    "tensorrt-llm": ("trtllm_serve_flags.json",), "llama.cpp": ("llama_server_flags.json",),
}  # fmt: skip
CRDS = {
    "LeaderWorkerSet": "leaderworkerset_crd.yaml", "ScaledObject": "keda_scaledobject_crd.yaml",
    "LLMInferenceService": "kserve_llminferenceservice_crd.yaml",
    "DynamoGraphDeployment": "dynamo_dgd_crd_reduced.yaml",
}  # fmt: skip


# The same as `safe_load`, ten times as fast where it is compiled.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def table(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=LOADER)


def flag_problems(words: list[str], path: Path) -> list[str]:
    """Words that are no flags of the list, values of no choice, and values that are missing or too many."""
    known = {name: flag for flag in table(path)["flags"] for name in (flag["name"], *flag.get("aliases", []))}
    known |= {flag["negation"]: {**flag, "type": "bool"} for flag in known.values() if flag.get("negation")}
    found, rest = [], list(words)
    while rest:
        word = rest.pop(0)
        flag = known.get(word)
        if flag is None:
            found.append(word)
            continue
        if _bare(flag):
            continue
        if not rest or rest[0] in known:
            found.append(f"{word}: no value")
            continue
        value = rest.pop(0)
        if flag.get("choices") and value not in map(str, flag["choices"]):
            found.append(f"{word}: {value}")
        if "int" in str(flag.get("type")) and not re.fullmatch(r"-?\d+", value):
            found.append(f"{word}: {value} is no whole number")
    return found


def _bare(flag: dict[str, Any]) -> bool:
    action = str(flag.get("action", "")).lower()
    truth = re.fullmatch(r"(Optional\[)?bool\]?( \| None)?", str(flag.get("type")))
    return truth is not None or "store_true" in action or "storetrue" in action


def arguments(words: list[str]) -> list[str]:
    """The flags of an engine's command: what comes after its program and the model that stands alone."""
    start = next(i for i, word in enumerate(words) if word.startswith("-") and word not in ("-m", "-c"))
    return words[start:]


def strict(schema: Any) -> Any:
    """A schema of Kubernetes as JSON Schema that takes no field it does not name, as the API server prunes them."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: strict(value) for key, value in schema.items() if key not in ("format", "default")}
    if "x-kubernetes-int-or-string" in schema:
        return {"type": ["integer", "string"]}
    if "properties" in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
        made.setdefault("additionalProperties", False)
    return made


@cache
def crd(schemas: Path, kind: str, version: str) -> Any:
    """The schema of a kind; of metadata it says nothing."""
    found = table(schemas / CRDS[kind])["spec"]["versions"]
    one = next(each for each in found if each["name"] == version)["schema"]["openAPIV3Schema"]
    made = strict(one)
    made["properties"]["metadata"] = {"type": "object"}
    return made


@cache
def pod_schema(schemas: Path) -> Any:
    """The schema of a pod's template, as LeaderWorkerSet carries it."""
    spec = crd(schemas, "LeaderWorkerSet", "v1")["properties"]["spec"]["properties"]
    made = spec["leaderWorkerTemplate"]["properties"]["workerTemplate"]
    made["properties"]["metadata"] = {"type": "object"}
    return made


def validate(value: Any, schema: Any) -> None:
    """Raise ValidationError where a value is not what a schema says."""
    found = next(jsonschema.Draft7Validator(schema).iter_errors(value), None)
    if found is not None:
        raise found


def documents(text: str) -> list[Any]:
    return list(yaml.load_all(text, Loader=LOADER))


def check_manifest(text: str, schemas: Path) -> None:
    """Every document by the schema of its kind; Deployment, Service and autoscaler by kubernetes-validate, too."""
    for document in documents(text):
        kind = document["kind"]
        if kind in CRDS:
            validate(document, crd(schemas, kind, document["apiVersion"].rpartition("/")[2]))
        else:
            _by_kubernetes(document)
        for template in _templates(document):
            validate(template, pod_schema(schemas))


def _templates(value: Any) -> Iterator[Any]:
    """Pod templates inside: tables whose `spec` has containers."""
    if isinstance(value, dict):
        if isinstance(value.get("spec"), dict) and "containers" in value["spec"]:
            yield value
        for each in value.values():
            yield from _templates(each)
    elif isinstance(value, list):
        for each in value:
            yield from _templates(each)


def _by_kubernetes(document: Any) -> None:
    try:
        import kubernetes_validate
    except ImportError:
        return
    kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)


def check_shell(text: str) -> None:
    """A shell reads it to its end; shellcheck finds nothing wrong, where it is installed."""
    found = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    if shutil.which("shellcheck"):
        found = subprocess.run(
            ["shellcheck", "--shell=sh", "--severity=warning", "-"],
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        assert found.returncode == 0, found.stdout


def command_lines(text: str) -> list[list[str]]:
    """The lines of a script that start something, as words."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [shlex.split(line.rstrip("&; ")) for line in lines if "$" not in line or "LEADER" in line]
