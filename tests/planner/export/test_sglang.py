from __future__ import annotations

from planner.export.line import places
from planner.export.sglang import words
from tests.planner.export.conftest import Launches
from tests.planner.export.test_vllm import flag


def test_all_ranks_are_tensor_ranks_and_limits_are_of_all(launches: Launches) -> None:
    launch = launches("sglang, dp")
    found = words(launch, places(launch)[0])
    assert (flag(found, "--tp-size"), flag(found, "--dp-size"), flag(found, "--ep-size")) == ("8", "4", "8")
    assert flag(found, "--max-running-requests") == "256"
    assert flag(found, "--chunked-prefill-size") == str(4 * launch.batched_tokens)
    assert "--enable-dp-attention" in found


def test_own_layers_draft_without_a_draft_model(launches: Launches) -> None:
    launch = launches("sglang, mtp, two machines")
    found = words(launch, places(launch)[1])
    assert flag(found, "--speculative-algorithm") == "EAGLE"
    assert flag(found, "--speculative-num-draft-tokens") == "4"
    assert "--speculative-draft-model-path" not in found
    assert (flag(found, "--nnodes"), flag(found, "--node-rank")) == ("2", "1")
    assert flag(found, "--dist-init-addr") == "LEADER:20000"
