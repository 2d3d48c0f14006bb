"""Trace readers: every format, every kind of bad file, and no row lost."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.cli.simulate import simulate_command
from planner.errors import InputError
from planner.traffic import traces
from planner.traffic.traces import MAX_ROWS, read_trace
from tests.consistency.drawn import at_random

AZURE = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
OWN = "arrival_s,input_tokens,output_tokens\n"


def written(tmp_path: Path, text: str, name: str = "trace.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_azure_times_are_read_to_the_microsecond(tmp_path: Path) -> None:
    text = AZURE + "2023-11-16 18:17:03.9799600,4808,10\n2023-11-16 18:17:04.0319600,3180,8\n"
    trace = read_trace(written(tmp_path, text))
    np.testing.assert_allclose(trace.arrival_s, [0.0, 0.052], atol=1e-6)
    assert trace.input_tokens.tolist() == [4808.0, 3180.0]
    assert (trace.rows, trace.named) == (2, {})


def test_burstgpt_failures_are_named_not_dropped(tmp_path: Path) -> None:
    head = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
    trace = read_trace(written(tmp_path, head + "5,ChatGPT,472,18,490,Conversation log\n45,GPT-4,900,0,900,API log\n"))
    assert len(trace) == 1
    assert trace.rows == len(trace) + sum(trace.named.values()) == 2


def test_mooncake_hashes_are_kept(tmp_path: Path) -> None:
    lines = [
        {"timestamp": 0, "input_length": 1000, "output_length": 5, "hash_ids": [1, 2]},
        {"timestamp": 1500, "input_length": 600, "output_length": 7, "hash_ids": [1, 9]},
    ]
    path = written(tmp_path, "\n".join(map(json.dumps, lines)) + "\n", "trace.jsonl")
    trace = read_trace(path)
    assert trace.arrival_s.tolist() == [0.0, 1.5]
    assert trace.hashes[trace.starts[1] : trace.starts[2]].tolist() == [1, 9]


def test_rows_out_of_order_are_sorted_and_counted(tmp_path: Path) -> None:
    trace = read_trace(written(tmp_path, OWN + "9,10,10\n3,20,20\n5,30,30\n"))
    assert trace.input_tokens.tolist() == [20.0, 30.0, 10.0]
    assert trace.named == {"out of order, sorted": 1}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        (OWN, "no requests"),
        ("a,b\n1,2\n", "missing"),
        (OWN + "1,-5,10\n", "row 1: input_tokens is -5"),
        (OWN + "1,5\n", "row 1: output_tokens is missing"),
        (OWN + "1,5,nan\n", "not finite"),
        (OWN + "1,5,1e99\n", "outside"),
        (OWN + "x,5,5\n", "not a number"),
        (AZURE + "yesterday,5,5\n", "not a time"),
        ('{"timestamp": 1}\n', "input_length is missing"),
        ('{"timestamp": 1, "input_length": 5, "output_length": 5, "hash_ids": ["a"]}\n', "hash_ids"),
        ("{" * 2000 + "\n", "not a JSON object"),
        (OWN + "1,5," + "9" * 1_100_000 + "\n", "more than"),
    ],
)
def test_a_bad_trace_is_one_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as error:
        read_trace(written(tmp_path, text))
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 600


def test_bad_rows_can_be_counted_instead(tmp_path: Path) -> None:
    trace = read_trace(written(tmp_path, OWN + "1,5,5\n2,-1,5\n3,5,0\n"), skip_bad=True)
    assert trace.rows == 3 == len(trace) + sum(trace.named.values())
    assert "output_tokens is zero" in trace.named


def test_a_huge_trace_is_refused_before_it_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.traffic.traces.MAX_ROWS", 10)
    path = written(tmp_path, OWN + "1,5,5\n" * 50)
    with pytest.raises(InputError, match="--limit"):
        read_trace(path)
    assert len(read_trace(path, limit=7)) == 7
    assert MAX_ROWS == 2_000_000


@at_random(26, 80)
@given(data=st.binary(max_size=400))
def test_any_bytes_end_in_a_trace_or_one_line(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "t"
    path.write_bytes(data)
    try:
        trace = read_trace(path)
    except InputError:
        return
    assert trace.rows >= len(trace) > 0


@at_random(13, 40)
@given(
    rows=st.lists(st.tuples(st.floats(0, 1e6), st.integers(-2, 50_000), st.integers(-2, 5000)), min_size=1, max_size=30)
)
def test_counts_in_are_counts_out(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, int, int]]) -> None:
    path = tmp_path_factory.mktemp("rows") / "t.csv"
    path.write_text(OWN + "".join(f"{a},{i},{o}\n" for a, i, o in rows))
    try:
        trace = read_trace(path, skip_bad=True)
    except InputError:
        assert not any(i > 0 and o > 0 for _, i, o in rows)
        return
    named = sum(count for why, count in trace.named.items() if "sorted" not in why)
    assert trace.rows == len(rows) == len(trace) + named
    assert (np.diff(trace.arrival_s) >= 0).all()


def test_a_long_trace_is_told_of_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once millions of rows were read without a word, and their limit was in no help."""
    monkeypatch.setattr(traces, "TOLD_EVERY", 10)
    monkeypatch.setattr(traces, "MAX_ROWS", 45)
    path = tmp_path / "long.csv"
    path.write_text("arrival_s,input_tokens,output_tokens\n" + "".join(f"{i},5,5\n" for i in range(60)))
    seen: list[tuple[int, int]] = []
    with pytest.raises(InputError, match="more than 45 rows"):
        read_trace(path, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 45), (10, 45), (20, 45), (30, 45), (40, 45)]
    seen.clear()
    assert len(read_trace(path, limit=20, progress=lambda done, total: seen.append((done, total)))) == 20
    assert seen == [(0, 20), (10, 20)]


def test_the_help_states_the_most_rows_of_a_trace() -> None:
    assert f"{traces.MAX_ROWS:,} rows" in next(p.help for p in simulate_command.params if p.name == "trace")
