from __future__ import annotations

from dataclasses import replace

import pytest

from planner.errors import InputError
from planner.export.line import places
from planner.export.llamacpp import words
from planner.physics.drafting import Drafting
from planner.physics.split import Split
from tests.planner.export.conftest import Launches
from tests.planner.export.test_vllm import flag


def test_slots_share_the_whole_cache(launches: Launches) -> None:
    launch = launches("llama.cpp")
    found = words(launch, places(launch)[0])
    assert flag(found, "--model") == "models/meta-llama/Llama-3.1-8B-Instruct-Q4_K_M.gguf"
    assert flag(found, "--ctx-size") == str(launch.cells)
    assert "--kv-unified" in found
    assert flag(found, "--tensor-split") == "1,1"


def test_a_repository_is_fetched_and_drafts_are_named(launches: Launches) -> None:
    launch = replace(launches("llama.cpp, from a hub"), drafting=Drafting("ngram", 5))
    found = words(launch, places(launch)[0])
    assert flag(found, "-hf").startswith("ggml-org/gpt-oss-20b-GGUF:")
    assert flag(found, "--spec-type") == "ngram-simple"
    mtp = replace(launch, drafting=Drafting("mtp", 2))
    assert flag(words(mtp, places(mtp)[0]), "--spec-draft-n-max") == "2"


def test_several_machines_are_refused(launches: Launches) -> None:
    launch = replace(launches("llama.cpp"), split=Split(1, 4))
    with pytest.raises(InputError, match="rpc-server"):
        words(launch, places(launches("llama.cpp"))[0])
