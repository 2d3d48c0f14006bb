"""One candidate from all sides, the command that starts it, and a look at a run."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planner.answers import Plan
from planner.catalogs import Catalogs
from planner.errors import InputError, PlannerError
from planner.export.commands import deploy_command
from planner.overlay import adopt
from planner.physics.coefficients import Coefficients
from planner.plan.candidate import details
from planner.plan.explore import Explored, explore
from planner.plan.rehearsal import Rehearsal, rehearse
from planner.plan.shortlist import shortlist
from planner.request.reading import parse_request
from planner.request.request import Request
from planner.simulation.progress import Glance

SHIPPED = Coefficients.shipped()

BASE: dict[str, Any] = {
    "model": "meta-llama/Llama-3.3-70B-Instruct", "traffic": {"rate_per_s": 8}, "input_tokens": {"mean": 1155},
    "output_tokens": {"mean": 211}, "sla": {"ttft_p95_s": 1.0, "tpot_p95_s": 0.05},
}  # fmt: skip


def request(**changes: Any) -> Request:
    return parse_request(BASE | changes)


@pytest.fixture(scope="module")
def explored(catalogs: Catalogs) -> Explored:
    return explore(request(), catalogs, SHIPPED)


def test_the_shortlist_begins_with_the_winner(explored: Explored) -> None:
    assert isinstance(explored.answer, Plan)
    entries, won = shortlist(explored), explored.answer.cluster
    best = entries[0]
    assert (best.gpu, best.weights, best.kv, best.replicas) == (
        won.machine.gpu, won.replica.weight_format, won.replica.kv_format, won.replicas,
    )  # fmt: skip
    assert best.usd_per_hour == pytest.approx(won.cost.usd_per_hour)
    assert best.usd_per_month == pytest.approx(won.cost.usd_per_month)
    assert best.tpot_p95_s == pytest.approx(won.latency.tpot_s.p95)
    assert [e.usd_per_hour for e in entries] == sorted(e.usd_per_hour for e in entries)
    assert len({(e.gpu, e.weights, e.kv) for e in entries}) == len(entries)


def test_latency_grows_with_the_load_up_to_saturation(explored: Explored) -> None:
    for entry in shortlist(explored)[::20]:
        found = details(explored, entry.index)
        load = found.load
        for curve in (load.ttft_p95_s, load.tpot_p95_s):
            assert (np.diff(curve) >= -1e-9 * np.array(curve[1:])).all()
        assert load.asked_per_s <= load.breaks_at * (1 + 1e-6)
        assert load.breaks_at <= load.saturates_at * (1 + 1e-6)
        assert all(0 < point.attained <= 1 for point in found.roofline)
        assert found.decode.total_ms == pytest.approx(sum(t.ms for t in found.decode.terms))
        assert found.loses_on


@pytest.mark.parametrize("engine", ["vllm", "sglang", "tensorrt-llm", "llama.cpp"])
def test_a_start_command_says_how_the_replica_was_planned(catalogs: Catalogs, engine: str) -> None:
    answer = explore(
        request(scope={"engines": [engine], "gpus": ["H100", "RTX 5090"]}, sla={}), catalogs, SHIPPED
    ).answer
    assert isinstance(answer, Plan)
    *notes, command = deploy_command(answer.cluster)
    words = shlex.split(command)
    r = answer.cluster.replica
    assert all(note.startswith("#") for note in notes)
    assert str(r.max_sequences) in words
    assert (str(r.tp * r.dp) in words) or r.tp * r.dp == 1 or engine == "llama.cpp"
    assert any(r.model.rpartition("/")[2] in word for word in words)


def test_a_run_is_seen_while_it_goes_and_every_request_counts(catalogs: Catalogs, explored: Explored) -> None:
    assert isinstance(explored.answer, Plan)
    seen: list[Glance] = []
    asked = Rehearsal(seconds=400.0, seed=3)
    outcome = rehearse(request(), explored.answer.cluster, asked, catalogs, SHIPPED, seen.append)
    assert [g.sent for g in seen] == sorted(g.sent for g in seen)
    assert seen[-1].sent == seen[-1].requests == outcome.requests
    assert (seen[-1].waiting, seen[-1].answering) == (0, 0)
    assert seen[-1].ttft_p50_s <= seen[-1].ttft_p95_s
    with pytest.raises(InputError, match="seconds"):
        rehearse(request(), explored.answer.cluster, Rehearsal(seconds=float("nan")), catalogs, SHIPPED, seen.append)


def test_an_exception_of_the_watcher_ends_the_run(catalogs: Catalogs, explored: Explored) -> None:
    assert isinstance(explored.answer, Plan)

    class StopError(Exception):
        pass

    def stop(glance: Glance) -> None:
        raise StopError

    with pytest.raises(StopError):
        rehearse(request(), explored.answer.cluster, Rehearsal(), catalogs, SHIPPED, stop)


GPU = """[[accelerator]]
id = "{id}"
name = "{id}"
form_factor = "PCIe"
arch = "Ada"
generation = "ada"
release_year = 2025
memory_gb = 48
memory_type = "GDDR6"
mem_bw_gb_s = 900
sources = ["mine"]
checked = "2026-11-25"
[accelerator.peak_dense_tflops]
bf16 = 200
"""


def test_own_accelerators_never_take_the_place_of_others(tmp_path: Path) -> None:
    first, second, overlay = tmp_path / "a" / "own.toml", tmp_path / "b" / "own.toml", tmp_path / "catalog"
    for path, name in ((first, "mine-1"), (second, "mine-2")):
        path.parent.mkdir()
        path.write_text(GPU.format(id=name))
    assert "mine-1 saved" in adopt(first, overlay)
    assert "mine-1 saved" in adopt(first, overlay)
    with pytest.raises(InputError, match="mine-1"):
        adopt(second, overlay)
    assert "mine-1" in (overlay / "accelerators" / "own.toml").read_text()
    for text in ("", "[[accelerator]]\nid = 3\n", "accelerator = 3"):
        second.write_text(text)
        with pytest.raises(PlannerError):
            adopt(second, overlay)
