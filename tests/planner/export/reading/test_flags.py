from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner.export.reading.flags import EngineSpelling, said_in, spellings
from tests.planner.export import checks


def of(engine: str) -> EngineSpelling:
    return next(s for s in spellings() if s.id == engine)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("--tensor-parallel-size 2", {"tp": "2"}),
        ("--tensor_parallel_size=2", {"tp": "2"}),
        ("-tp 2 -dp=4", {"tp": "2", "dp": "4"}),
        ("--tensor-par 2", {"tp": "2"}),
        ("--enforce-eager --enable-expert-parallel", {"eager": True, "ep": True}),
        ("--no-enable-expert-parallel", {"ep": False}),
        ("--speculative-config.method mtp --speculative-config.num_speculative_tokens 3",
         {"speculative": {"method": "mtp", "num_speculative_tokens": 3}}),
        ("--speculative-config {\"method\":\"mtp\"}", {"speculative": '{"method":"mtp"}'}),
    ],
)  # fmt: skip
def test_every_spelling_of_a_flag_is_read(text: str, values: dict[str, Any]) -> None:
    found = said_in(text.split(), of("vllm"))
    assert (found.values, found.unread, found.unmodelled) == (values, [], [])


def test_flags_that_nobody_knows_are_named_and_their_values_left_out() -> None:
    words = ["model", "--foo", "3", "--bar", "--max-model-len", "8", "-O3", "--fully-sharded-loras"]
    found = said_in(words, of("vllm"))
    assert (found.unread, found.unmodelled) == (["--foo", "--bar"], ["--fully-sharded-loras"])
    assert found.values == {"max_model_len": "8"}
    assert found.positional == ["model"]


def test_a_beginning_of_several_flags_is_none() -> None:
    assert said_in(["--max-num", "3"], of("vllm")).unread == ["--max-num"]


@pytest.mark.parametrize("engine", list(checks.LISTS))
def test_what_is_read_are_flags_of_the_engine_in_some_version(schemas: Path, engine: str) -> None:
    """Spellings that older versions had, or that a parser abbreviates, are few."""
    known = set()
    for file in checks.LISTS[engine]:
        for flag in checks.table(schemas / file)["flags"]:
            names = [flag["name"], *flag.get("aliases", []), *([flag["negation"]] if flag.get("negation") else [])]
            known |= {name.lstrip("-").replace("_", "-").lower() for name in names}
    unknown = {flag for flag in of(engine).known if flag not in known and not flag.startswith("no-")}
    assert len(unknown) <= 0.3 * len(of(engine).known), sorted(unknown)


def test_bare_flags_are_bare_and_others_are_not(schemas: Path) -> None:
    for engine in checks.LISTS:
        flags = {
            name.lstrip("-").replace("_", "-").lower(): checks._bare(flag)
            for file in reversed(checks.LISTS[engine])
            for flag in checks.table(schemas / file)["flags"]
            if not flag.get("deprecated")
            for name in (flag["name"], *flag.get("aliases", []))
        }
        spelling = of(engine)
        wrong = [flag for flag in (*spelling.bare, *spelling.ignored.bare) if flags.get(flag) is False]
        wrong += [flag for flag in (*spelling.values, *spelling.ignored.values) if flags.get(flag) is True]
        assert wrong == [], engine
