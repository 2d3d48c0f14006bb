"""Every target of every question is valid by its checker, and gives the deployment back."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.export.launch import Launch
from planner.export.reading.deployed import read_line
from planner.export.reading.line import started
from planner.export.targets import TARGETS, export, target_of
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.physics.footprint import footprint
from tests.consistency.drawn import TORTURE
from tests.planner.export import checks
from tests.planner.export.checking import check
from tests.planner.export.conftest import Launches
from tests.planner.export.questions import FEW, QUESTIONS

ASKED = list(QUESTIONS) if TORTURE else list(FEW)
# What cannot be: one file of a machine for replicas over several, runtimes that Dynamo does not have.
NOT = {("compose", name) for name in QUESTIONS if "machines" in name}
NOT |= {("dynamo", name) for name in ("amd", "tgi", "llama.cpp", "llama.cpp, from a hub")}
PAIRS = [
    (target, name)
    for name in ASKED
    for target in TARGETS
    if TARGETS[target].engine in ("", QUESTIONS[name].engine) and (target, name) not in NOT
]


def written(launches: Launches, target: str, name: str) -> tuple[Launch, str]:
    launch = launches(name)
    return launch, export(launch, target)


@pytest.mark.parametrize(("target", "name"), PAIRS)
def test_a_target_is_valid(launches: Launches, schemas: Path, target: str, name: str) -> None:
    check(target, written(launches, target, name)[1], schemas)


# A word of each target, and one that is none.
WRONG = {
    "compose": ("ipc:", "icp:"), "skypilot": ("replica_policy", "replica_polity"),
    "ray": ("max_model_len", "max_model_length"), "vllm": ("vllm serve", "vllm 'serve"),
    "dynamo": ("components", "component"), "kubernetes": ("startupProbe", "startupProb"),
    "kserve": ("parallelism", "parallelity"), "llm-d": ("scheduler", "schedule"),
}  # fmt: skip


@pytest.mark.parametrize("target", list(WRONG))
def test_a_checker_finds_a_word_that_is_none(launches: Launches, schemas: Path, target: str) -> None:
    text = written(launches, target, "dense, awq made")[1]
    assert WRONG[target][0] in text
    with pytest.raises((jsonschema.ValidationError, AssertionError)):
        check(target, text.replace(*WRONG[target]), schemas)


@pytest.mark.parametrize("name", [name for name in ASKED if QUESTIONS[name].engine in checks.LISTS])
def test_flags_are_those_of_the_engine_by_version(launches: Launches, schemas: Path, name: str) -> None:
    launch = launches(name)
    target = next(t for t, each in TARGETS.items() if each.engine == launch.engine)
    words = [str(word) for word in started(export(launch, target)).words]
    first = next(i for i, word in enumerate(words) if word.startswith("-"))
    for file in checks.LISTS[launch.engine]:
        # Machines that find each other by themselves came after the older list.
        if launch.machines > 1 and launch.split.dp == 1 and file == "vllm_flags_0.11.0.json":
            continue
        assert checks.flag_problems(words[first:], schemas / file) == [], file


def test_a_flag_that_is_none_is_found(schemas: Path) -> None:
    path = schemas / "vllm_flags.json"
    assert checks.flag_problems(["--max-model-len", "many", "--tensor-paralel-size", "2"], path) == [
        "--max-model-len: many is no whole number", "--tensor-paralel-size", "2",
    ]  # fmt: skip


@pytest.mark.parametrize(("target", "name"), PAIRS)
def test_a_target_gives_the_deployment_back(
    launches: Launches, catalogs: Catalogs, coefficients: Coefficients, target: str, name: str
) -> None:
    launch, text = written(launches, target, name)
    asked, found = QUESTIONS[name].deployment, read_line(text, catalogs)
    assert (found.engine, found.split, found.copies) == (asked.engine, asked.split, 1)
    assert found.gpu == launch.host.gpu_id
    assert not any(note.startswith(("not read", "not counted")) for note in found.notes)
    assert found.settings.eager == asked.settings.eager
    assert (found.settings.speculation is None) == (asked.settings.speculation is None)
    if found.settings.speculation and asked.settings.speculation:
        assert found.settings.speculation.method == asked.settings.speculation.method
        assert found.settings.speculation.drafts == asked.settings.speculation.drafts
    read = Deployment(
        model=found.model, gpu=str(found.gpu), weights=found.weights, kv=found.kv, engine=found.engine,
        split=found.split, settings=found.settings,
    )  # fmt: skip
    memory, planned = parts(read, catalogs, coefficients), parts(asked, catalogs, coefficients)
    if asked.engine != "llama.cpp":
        assert memory == pytest.approx(planned, rel=1e-3)
        return
    # Its buffers grow with the cells that the line states; a plan counts with those of a usual context.
    assert memory[0] == pytest.approx(planned[0])
    assert sum(memory) <= 1.05 * sum(planned)


def parts(d: Deployment, catalogs: Catalogs, coefficients: Coefficients) -> list[float]:
    """Memory by part [bytes]."""
    designs, _ = one_design(d, catalogs)
    found = footprint(designs, coefficients, max_sequences=np.array([float(d.max_sequences)]))
    return [float(np.ravel(part)[0]) for part in found.parts().values()]


def test_another_engine_than_the_target_starts_is_refused(launches: Launches) -> None:
    with pytest.raises(InputError, match="sglang starts sglang, and this is planned for vllm"):
        export(launches("hybrid"), "sglang")
    with pytest.raises(InputError, match="kubernets"):
        target_of("kubernets")
    with pytest.raises(InputError, match="scaling"):
        export(launches("hybrid"), "kubernetes", scaling="kede")


@pytest.mark.parametrize(("target", "name"), sorted(NOT & {(t, n) for t in TARGETS for n in FEW}))
def test_what_a_target_cannot_start_is_refused_in_one_line(launches: Launches, target: str, name: str) -> None:
    with pytest.raises(InputError) as error:
        export(launches(name), target)
    assert "\n" not in str(error.value)
    assert str(error.value).startswith(target)


def test_autoscalers_are_those_asked_for(launches: Launches, schemas: Path) -> None:
    kinds = {}
    for scaling in ("keda", "hpa", "none"):
        text = export(launches("hybrid"), "kubernetes", scaling=scaling)
        checks.check_manifest(text, schemas)
        kinds[scaling] = [document["kind"] for document in checks.documents(text)]
    assert kinds["none"] == ["Deployment", "Service"]
    assert kinds["keda"][2:] == ["ScaledObject"]
    assert kinds["hpa"][2:] == ["HorizontalPodAutoscaler"]


def test_json_of_a_flag_is_json(launches: Launches) -> None:
    words = started(export(launches("latent, mtp"), "vllm")).words
    assert json.loads(words[words.index("--speculative-config") + 1]) == {"method": "mtp", "num_speculative_tokens": 2}
