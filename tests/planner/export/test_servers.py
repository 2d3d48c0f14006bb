from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from hardware_db.schema import Generation
from planner.errors import InputError
from planner.export.line import places
from planner.export.servers import (
    container_words,
    device_of,
    environment_of,
    image_of,
    servers,
    version_of,
    words_of,
)
from planner.physics.engines import engines
from tests.planner.export.conftest import Launches


def test_every_generation_is_of_one_make() -> None:
    for generation in get_args(Generation):
        heads = [d.id for d in servers().device if any(generation.startswith(head) for head in d.generations)]
        assert len(heads) >= 1, generation


def test_an_image_is_of_the_engine_its_version_and_the_make(launches: Launches) -> None:
    assert image_of(launches("dense")) == "vllm/vllm-openai:v0.33.0"
    assert image_of(launches("amd")).startswith("vllm/vllm-openai-rocm:")
    older = replace(launches("dense"), version="v0.11.0")
    assert (image_of(older), version_of(older)) == ("vllm/vllm-openai:v0.11.0", "0.11.0")
    assert version_of(replace(older, version="2025-07-22")) == engines()["vllm"].release


def test_an_engine_without_a_start_or_an_image_is_refused(launches: Launches) -> None:
    with pytest.raises(InputError, match="no start command is known for atom"):
        words_of(replace(launches("dense"), engine="atom"), places(launches("dense"))[0])
    with pytest.raises(InputError, match="no container image"):
        image_of(replace(launches("trtllm"), host=launches("amd").host))


def test_variables_that_the_plan_counts_on_are_set(launches: Launches) -> None:
    assert environment_of(launches("amd")) == {"VLLM_ROCM_USE_AITER": "1"}
    assert environment_of(launches("dense")) == {}
    assert device_of(launches("amd")).visible == "HIP_VISIBLE_DEVICES"


def test_a_program_lies_elsewhere_in_its_image(launches: Launches) -> None:
    launch = launches("llama.cpp")
    assert container_words(launch, places(launch)[0])[0] == "/app/llama-server"
