from __future__ import annotations

import json
from dataclasses import replace

import pytest

from planner.errors import InputError
from planner.export.line import places
from planner.export.trtllm import FILE, settings, words
from planner.physics.drafting import Drafting
from planner.physics.split import Split
from tests.planner.export.conftest import Launches
from tests.planner.export.test_vllm import flag


def test_what_has_no_flag_is_in_a_file(launches: Launches) -> None:
    launch = launches("trtllm")
    assert flag(words(launch, places(launch)[0]), "--config") == FILE
    assert json.loads(settings(launch))["speculative_config"]["decoding_type"] == "Eagle"
    assert settings(replace(launch, drafting=None)) == ""
    assert json.loads(settings(replace(launch, eager=True)))["cuda_graph_config"] is None


def test_cuts_that_it_does_not_start_are_refused(launches: Launches) -> None:
    launch = launches("trtllm")
    place = places(launch)[0]
    with pytest.raises(InputError, match="over all ranks"):
        words(replace(launch, split=Split(2, 1, 4, 2)), place)
    with pytest.raises(InputError, match="MPI"):
        words(replace(launch, split=Split(16)), place)
    with pytest.raises(InputError, match="no drafting by block"):
        settings(replace(launch, drafting=Drafting("block", 4)))


def test_attention_data_parallelism_is_over_all_ranks(launches: Launches) -> None:
    machines = replace(launches("trtllm").host, gpus=8)
    launch = replace(launches("trtllm"), split=Split(1, 1, 4, 4), drafting=None, host=machines)
    found = words(launch, places(launch)[0])
    assert "--enable_attention_dp" in found
    assert flag(found, "--tp_size") == "4"
