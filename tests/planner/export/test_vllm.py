from __future__ import annotations

import pytest

from planner.errors import InputError
from planner.export.line import places
from planner.export.vllm import KV_TYPES, drafter_path, kv_type, speculative, words
from tests.planner.export.conftest import Launches


def flag(words: list[str], name: str) -> str:
    return words[words.index(name) + 1]


def test_a_line_says_everything_that_the_plan_stands_on(launches: Launches) -> None:
    launch = launches("dense, fp8 on load")
    found = words(launch, places(launch)[0])
    assert found[:3] == ["vllm", "serve", launch.model]
    for name, value in (
        ("--quantization", "fp8"), ("--kv-cache-dtype", "fp8"), ("--max-model-len", str(launch.context)),
        ("--max-num-seqs", "256"), ("--max-num-batched-tokens", "8192"), ("--gpu-memory-utilization", "0.9"),
    ):  # fmt: skip
        assert flag(found, name) == value


def test_stages_over_machines_find_the_first_one(launches: Launches) -> None:
    launch = launches("dense, two machines")
    first, second = (words(launch, place) for place in places(launch))
    assert (flag(first, "--node-rank"), flag(second, "--node-rank")) == ("0", "1")
    assert "--headless" in second
    assert "--headless" not in first
    assert flag(second, "--master-addr") == "LEADER"


def test_ranks_over_machines_begin_where_the_last_ended(launches: Launches) -> None:
    launch = launches("latent, dp over machines")
    second = words(launch, places(launch)[1])
    assert flag(second, "--data-parallel-start-rank") == "4"
    assert flag(second, "--data-parallel-size-local") == "4"
    assert flag(second, "--max-num-seqs") == "64"


def test_drafters_are_named(launches: Launches) -> None:
    assert speculative(launches("latent, mtp")) == {"method": "mtp", "num_speculative_tokens": 2}
    assert speculative(launches("draft model"))["model"] == "meta-llama/Llama-3.2-1B-Instruct"
    assert drafter_path(launches("eagle")) == "models/Llama-3.1-8B-Instruct-eagle"


def test_a_cache_without_a_word_is_refused() -> None:
    with pytest.raises(InputError, match="no word for a cache in q8_0"):
        kv_type("q8_0", KV_TYPES, "vllm")
