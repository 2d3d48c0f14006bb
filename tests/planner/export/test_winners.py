"""The winners of plans as every target writes them: valid by its checker, the same deployment and memory read back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from planner.answers import Cluster, Plan
from planner.catalogs import Catalogs
from planner.deployment.started import launched
from planner.errors import InputError
from planner.export.launch import Launch
from planner.export.reading.deployed import ReadLine, read_line
from planner.export.targets import TARGETS, export
from planner.formulas.memory import GIB
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.physics.design import Designs
from planner.physics.footprint import footprint
from planner.plan.context import Context
from tests.consistency.drawn import TORTURE
from tests.planner.export.checking import check
from tests.planner.export.winners import ASKED, FEW, winners

NAMES = list(ASKED) if TORTURE else list(FEW)
# A Compose file is of one machine, and Dynamo has no runtime for every engine on every GPU.
CANNOT = ("compose", "dynamo")
# Of a part of the memory.
TOLERANCE = 1e-3


@pytest.fixture(scope="session")
def planned(context: Context) -> Callable[[str], Plan]:
    found: Callable[[str], Plan] = winners(context)
    return found


def written(launch: Launch) -> dict[str, str]:
    """The text of every target that starts it, by target; what cannot start it says so in one line."""
    found, refused = {}, {}
    for target, each in TARGETS.items():
        if each.engine not in ("", launch.engine):
            continue
        try:
            found[target] = export(launch, target)
        except InputError as error:
            refused[target] = str(error)
    for target, said in refused.items():
        assert target in CANNOT, said
        assert said.startswith(target)
        assert "\n" not in said
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_target_of_a_winner_is_valid_and_gives_it_back(
    planned: Callable[[str], Plan], catalogs: Catalogs, coefficients: Coefficients, schemas: Path, name: str
) -> None:
    plan = planned(name)
    launch = launched(plan, catalogs, coefficients)
    assert isinstance(launch, Launch)
    texts = written(launch)
    # A command of its engine, and what runs containers.
    assert {each.engine for each in map(TARGETS.get, texts) if each} >= {launch.engine, ""}
    seen: dict[object, str] = {}
    for target, text in texts.items():
        check(target, text, schemas)
        found = read_line(text, catalogs)
        said = same_deployment(found, plan.cluster, target)
        design, _ = one_design(said, catalogs)
        key = (said, found.copies)
        if key not in seen:
            same_memory(design, said, plan.cluster, coefficients, target)
        seen[key] = target


def same_deployment(found: ReadLine, cluster: Cluster, target: str) -> Deployment:
    """The deployment that was read, which is that of the plan."""
    r = cluster.replica
    assert (found.engine, found.copies) == (r.engine, 1), target
    assert (found.split.tp, found.split.pp, found.split.ep, found.split.dp) == (r.tp, r.pp, r.ep, r.dp), target
    assert found.settings.sequences == r.max_sequences, target
    assert (found.settings.speculation.drafts if found.settings.speculation else 0) == r.draft_tokens, target
    assert not [note for note in found.notes if note.startswith(("not read", "not counted"))], target
    assert found.gpu is not None
    return Deployment(
        model=found.model, gpu=found.gpu, weights=found.weights, kv=found.kv, engine=found.engine, split=found.split,
        settings=found.settings,
    )  # fmt: skip


def same_memory(design: Designs, said: Deployment, cluster: Cluster, coefficients: Coefficients, target: str) -> None:
    """Formats, the budget of a step and every part of the memory are the plan's."""
    r = cluster.replica
    assert (design.formats[0].id, design.kv_formats[0].id) == (r.weight_format, r.kv_format), target
    assert design.gpus[0].name == cluster.machine.gpu, target
    assert design.engines[0].batched_tokens(design.gpus[0]) == r.max_batched_tokens, target
    parts = footprint(design, coefficients, max_sequences=np.array([float(said.max_sequences)])).parts()
    read = {name: float(np.ravel(part)[0]) / GIB for name, part in parts.items()}
    planned = {part.name: part.gib for part in cluster.memory.parts}
    assert read == pytest.approx(planned, rel=TOLERANCE), target


def test_every_kind_of_cut_wins_somewhere(planned: Callable[[str], Plan]) -> None:
    """Tensor, pipeline, expert and data parallelism, several machines, drafting, and every engine."""
    found = [planned(name).cluster for name in NAMES]
    for width in ("tp", "pp", "ep", "dp"):
        assert any(getattr(c.replica, width) > 1 for c in found), width
    assert any(c.replica.gpus > c.machine.gpus for c in found)
    assert any(c.replica.draft_tokens for c in found)
    assert {c.replica.engine for c in found} >= {"vllm", "sglang", "tensorrt-llm", "llama.cpp"}
    assert any(c.machine.gpu == "MI300X" for c in found)


def test_there_are_thirty_and_few_of_every_kind() -> None:
    assert len(ASKED) == 30
    assert len(FEW) == 12
    kinds = {"dense", "experts", "latent", "hybrid", "tp", "pp", "ep", "dp", "mtp", "eagle", "amd", "sglang", "trtllm"}
    said = {word for name in FEW for word in name.replace(",", "").split()}
    assert kinds | {"llama.cpp"} <= said
