from __future__ import annotations

import json
import shlex

import pytest

from planner.errors import InputError
from planner.export.bench import TOOLS, bench, load_of, smoke
from planner.request.reading import parse_request
from planner.request.request import Request
from tests.planner.conftest import CHAT, chat_request
from tests.planner.export import checks
from tests.planner.export.conftest import Launches


def lines(text: str) -> dict[str, list[str]]:
    """The words of each tool's command, by its program."""
    starts = ("vllm bench", "python3 -m sglang", "guidellm ", "aiperf ")
    found = [shlex.split(line) for line in text.splitlines() if line.startswith(starts)]
    return dict(zip(TOOLS, found, strict=True))


def flag(words: list[str], name: str) -> str:
    return words[words.index(name) + 1]


def request(**changes: object) -> Request:
    return parse_request(CHAT | changes)


def test_the_load_is_the_plans_and_lasts_long_enough_for_its_percentiles() -> None:
    load = load_of(chat_request())
    assert (load.rate_per_s, load.isl, load.osl, load.requests) == (8.0, 1155, 211, 4800)
    assert load_of(request(traffic={"rate_per_s": 0.01}, sla={"ttft_p99_s": 1})).requests == 2000
    assert load_of(request(traffic={"rate_per_s": 0.01}, sla={})).requests == 200


def test_every_tool_sends_the_rate_and_the_lengths(launches: Launches) -> None:
    found = lines(bench(launches("hybrid"), chat_request()))
    for tool, rate in (("vllm", "--request-rate"), ("sglang", "--request-rate"), ("guidellm", "--rate")):
        assert flag(found[tool], rate) == "8"
        assert launches("hybrid").model in found[tool]
    assert flag(found["vllm"], "--random-input-len") == "1155"
    assert flag(found["aiperf"], "--synthetic-input-tokens-mean") == "1155"
    assert json.loads(flag(found["guidellm"], "--data"))["output_tokens"] == 211


def test_uniform_lengths_keep_the_mean(launches: Launches) -> None:
    found = lines(bench(launches("hybrid"), request(input_tokens={"mean": 1000, "cv": 0.3})))["sglang"]
    low, longest = float(flag(found, "--random-range-ratio")), float(flag(found, "--random-input-len"))
    assert 0.5 * longest * (1 + low) == pytest.approx(1000, rel=0.01)


def test_bursts_and_common_prefixes_are_sent_where_a_tool_can(launches: Launches) -> None:
    found = lines(bench(launches("hybrid"), request(traffic={"rate_per_s": 8, "cv": 2, "prefix_hit": 0.4})))
    assert flag(found["vllm"], "--burstiness") == "0.25"
    assert flag(found["aiperf"], "--arrival-smoothness") == "0.25"
    assert flag(found["vllm"], "--random-prefix-len") == "462"
    assert flag(found["vllm"], "--random-input-len") == "693"


def test_the_script_is_one_and_says_when_a_plan_has_passed(launches: Launches) -> None:
    text = bench(launches("hybrid"), chat_request(), ["vllm"])
    checks.check_shell(text)
    assert "passed: no request fails" in text
    assert text.count("GPUPLAN_END") == 4
    with pytest.raises(InputError, match="nearest first: vllm"):
        bench(launches("hybrid"), chat_request(), ["vlm"])


def test_the_smoke_request_is_one_in_curl_and_in_python(launches: Launches) -> None:
    found = smoke(launches("hybrid"))
    curl = shlex.split(next(line for line in found if line.startswith("curl")))
    assert json.loads(curl[-1])["model"] == launches("hybrid").model
    program = "\n".join(found[found.index(next(line for line in found if line.startswith("python3"))) + 1 : -1])
    compile(program, "smoke", "exec")
