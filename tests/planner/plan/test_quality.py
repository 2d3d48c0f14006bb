from __future__ import annotations

from itertools import pairwise

import pytest

from models_db.formats import find_format, find_kv_format
from planner.answers import ServedQuality
from planner.catalogs import Catalogs
from planner.plan.quality import allowed_pairs, checkpoint, quality
from planner.request.reading import parse_request
from planner.request.request import Request

SMALL = "meta-llama/Llama-3.1-8B-Instruct"
WEIGHTS = tuple(find_format(name) for name in ("bf16", "fp8", "nvfp4", "awq_int4_g128", "mxfp4_all"))
CACHES = tuple(find_kv_format(name) for name in ("bf16", "fp8", "int4"))


def asked(model: str = SMALL, isl: float = 1000.0, **more: object) -> Request:
    data = {"model": model, "traffic": {"rate_per_s": 1.0}, "input_tokens": {"mean": isl}}
    return parse_request({**data, "output_tokens": {"mean": 200.0}, **more})


def pairs(catalogs: Catalogs, request: Request) -> set[tuple[str, str]]:
    return allowed_pairs(request, catalogs.models.find(str(request.model)).model, WEIGHTS, CACHES)


def test_native_and_what_is_known_to_lose_little_may_be_chosen(catalogs: Catalogs) -> None:
    assert pairs(catalogs, asked()) == {("bf16", "bf16"), ("bf16", "fp8"), ("fp8", "bf16"), ("fp8", "fp8")}


def test_on_long_requests_the_cache_stays_wide(catalogs: Catalogs) -> None:
    assert {kv for _, kv in pairs(catalogs, asked(isl=60_000.0))} == {"bf16"}


def test_a_looser_limit_never_allows_less(catalogs: Catalogs) -> None:
    found = [pairs(catalogs, asked(quality={"max_loss_pct": pct})) for pct in (0.0, 0.5, 1.0, 2.0, 5.0, 100.0)]
    assert found[0] == {("bf16", "bf16")}
    assert all(less <= more for less, more in pairwise(found))
    assert ("nvfp4", "bf16") in found[-1]


def test_what_is_named_is_honoured(catalogs: Catalogs) -> None:
    assert pairs(catalogs, asked(scope={"formats": ["nvfp4"]})) >= {("nvfp4", "bf16"), ("nvfp4", "fp8")}
    assert ("nvfp4", "int4") not in pairs(catalogs, asked(scope={"formats": ["nvfp4"]}))
    both = asked(scope={"formats": ["mxfp4_all"], "kv_formats": ["int4"]})
    assert ("mxfp4_all", "int4") in pairs(catalogs, both)
    assert len(pairs(catalogs, asked(quality={"any_quality": True}))) == len(WEIGHTS) * len(CACHES)


def test_a_quantized_checkpoint_is_not_quantized_again(catalogs: Catalogs) -> None:
    names = {fmt for fmt, _ in pairs(catalogs, asked("openai/gpt-oss-120b"))}
    assert names == {"bf16"}
    model = catalogs.models.find("openai/gpt-oss-120b").model
    own = allowed_pairs(asked("openai/gpt-oss-120b"), model, [find_format("mxfp4"), find_format("nvfp4")], CACHES)
    assert own == {("mxfp4", "bf16"), ("mxfp4", "fp8")}


@pytest.mark.parametrize(
    ("fmt", "words"),
    [
        ("bf16", "nothing is lost"), ("nvfp4", "measured on this model"), ("int8", "nearest: its size class"),
        ("mxfp4", "loses 5"),
    ],
)  # fmt: skip
def test_a_loss_in_words(catalogs: Catalogs, fmt: str, words: str) -> None:
    found: ServedQuality = quality(asked(), catalogs.models.find(SMALL).model, fmt, "bf16")
    assert words in found.text
    assert found.within_limit == (fmt in ("bf16", "int8"))


def test_a_loss_that_nobody_measured_is_none(catalogs: Catalogs) -> None:
    name = "openai/gpt-oss-120b"
    found = quality(asked(name), catalogs.models.find(name).model, "nvfp4", "bf16")
    assert (found.loss_pct, found.range_pct, found.evidence) == (None, None, "none")
    assert found.text.startswith("no measurement: ")
    assert found.made_with


def test_the_checkpoint_is_the_name_asked_for(catalogs: Catalogs, tmp_path: object) -> None:
    model = catalogs.models.find("Qwen/Qwen3-30B-A3B").model
    assert checkpoint(asked("Qwen/Qwen3-30B-A3B-Thinking-2507"), model) == "Qwen/Qwen3-30B-A3B-Thinking-2507"
    assert checkpoint(asked("./config.json"), model) == "Qwen/Qwen3-30B-A3B"
