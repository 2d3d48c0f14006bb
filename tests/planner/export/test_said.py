from __future__ import annotations

from dataclasses import replace

from planner.export.reading.line import STATED_GPU
from planner.export.said import said, weights_said
from planner.export.text import comments
from tests.planner.export.conftest import Launches


def test_the_gpu_stands_where_it_is_read(launches: Launches) -> None:
    found = STATED_GPU.search("\n".join(comments(said(launches("amd")))))
    assert found is not None
    assert found.group(1) == "mi300x"


def test_an_assumption_cannot_pass_for_the_gpu(launches: Launches) -> None:
    launch = replace(launches("amd"), assumptions=("x\n# gpu: l4",))
    assert STATED_GPU.findall("\n".join(comments(said(launch)))) == ["mi300x"]


def test_weights_say_how_they_come_to_their_format(launches: Launches) -> None:
    assert weights_said(launches("dense")) == []
    assert "converted to fp8" in weights_said(launches("dense, fp8 on load"))[0]
    assert "llmcompressor" in weights_said(launches("dense, awq made"))[1]


def test_a_name_that_is_no_repository_is_said(launches: Launches) -> None:
    launch = launches("dense")
    for name, said_so in (("Hermes-4-70B", True), ("owner/Hermes-4-70B", False), ("hermes.gguf", False)):
        stored = replace(launch, checkpoint=replace(launch.checkpoint, name=name, how="stored"))
        assert any(f"{name} names no repository" in text for text in weights_said(stored)) == said_so
    made = replace(launch, model="Hermes-4-70B", checkpoint=replace(launch.checkpoint, name="models/x", how="made"))
    assert "Hermes-4-70B names no repository" in weights_said(made)[0]


def test_drafters_that_nobody_named_are_asked_for(launches: Launches) -> None:
    assert any("put a published eagle head" in text for text in said(launches("eagle")))
    assert any("by meta-llama/Llama-3.2-1B-Instruct" in text for text in said(launches("draft model")))
