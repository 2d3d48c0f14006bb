"""Whatever is handed to the public names, what is wrong with it is one line of a PlannerError."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner import (
    Demand,
    Deployment,
    EngineSettings,
    Explored,
    Infeasible,
    InputError,
    Plan,
    Planner,
    PlannerError,
    Rehearsal,
    Request,
    Split,
    TcoTerms,
    parse_fleet,
    parse_request,
    read_fleet,
    read_request,
)
from planner.catalogs import Catalogs
from planner.simulation.replicas import Outage, Scaling

ASKED: dict[str, Any] = {
    "model": "Qwen/Qwen3-8B", "traffic": {"rate_per_s": 2.0}, "input_tokens": {"mean": 800},
    "output_tokens": {"mean": 200}, "sla": {"ttft_p95_s": 1.0}, "scope": {"gpus": ["L40S", "H100"]},
}  # fmt: skip
LOOP = {"model": "Qwen/Qwen3-8B", "gpu": "L40S", "concurrency": 1.0}


class Hand:
    """A planner and what it answered, to be handed back wrongly."""

    def __init__(self, catalogs: Catalogs) -> None:
        self.planner = Planner(catalogs=catalogs)
        self.request: Request = parse_request(ASKED)
        self.explored: Explored = self.planner.explore(self.request)
        plan = self.planner.plan(self.request, verify=False)
        none = self.planner.plan(parse_request(ASKED | {"sla": {"tpot_p95_s": 1e-5}}), verify=False)
        assert isinstance(plan, Plan)
        assert isinstance(none, Infeasible)
        self.plan, self.none = plan, none

    def asked(self, **changed: Any) -> Request:
        return self.request.model_copy(update=changed)

    def cluster(self, **changed: Any) -> Any:
        return self.plan.cluster.model_copy(update=changed)

    def replica(self, **changed: Any) -> Any:
        return self.cluster(replica=self.plan.cluster.replica.model_copy(update=changed))

    def run(self, **changed: Any) -> Any:
        return self.planner.simulate(self.request, self.plan, Rehearsal(**changed))

    def loop(self, **changed: Any) -> Any:
        return self.planner.estimate(Deployment(**(LOOP | changed)), Demand.simple(100, 10))


@pytest.fixture(scope="module")
def hand(catalogs: Catalogs) -> Hand:
    return Hand(catalogs)


HUGE = 10**5000
WRONG: dict[str, tuple[Callable[[Hand], Any], str]] = {
    "no overlay": (lambda h: Planner(Path("/nonexistent")), "overlay: /nonexistent is not a directory"),
    "overlay 1": (lambda h: Planner(1), "overlay: expected a path"),  # type: ignore[arg-type]
    "catalogs 1": (lambda h: Planner(catalogs=1), "catalogs: expected Catalogs"),  # type: ignore[arg-type]
    "confidence 7": (lambda h: h.planner.plan(h.asked(confidence=7.0)), "confidence: .* 0.99, got 7.0"),
    "sla foo": (lambda h: h.planner.plan(h.asked(sla={"foo": 1.0})), "sla: 'foo' is not known .nearest: "),
    "rate": (lambda h: h.planner.explore(h.asked(traffic={"rate_per_s": -1})), "traffic.rate_per_s: .*got -1"),
    "no traffic": (lambda h: h.planner.quant(h.asked(traffic=None)), "traffic: "),
    "a letter a GPU": (lambda h: h.planner.plan(h.asked(scope={"gpus": "H100"})), "scope.gpus: "),
    "true": (lambda h: h.planner.plan(h.asked(traffic={"rate_per_s": True})), "traffic.rate_per_s: expected a number"),
    "a dict": (lambda h: h.planner.plan(ASKED), "request: expected Request, got dict"),  # type: ignore[arg-type]
    "verify": (lambda h: h.planner.verify(h.plan), "explored: expected Explored"),  # type: ignore[arg-type]
    "seed": (lambda h: h.planner.verify(h.explored, seed=-1), "seed: expected a whole number from 0"),
    "why not of none": (lambda h: h.planner.why_not(h.none, h.request, "H100"), "answer: expected Plan"),
    "why not one text": (lambda h: h.planner.plan(h.request, why_not="H100"), "why_not: expected a list of names"),
    "why not unknown": (lambda h: h.planner.plan(h.request, why_not=["H1000"]), "'H1000' is no GPU.*nearest: .*H100"),
    "details": (lambda h: h.planner.details(h.explored, 10**9), "index: expected a whole number from 0 to"),
    "details -1": (lambda h: h.planner.details(h.explored, -1), "index: "),
    "shortlist": (lambda h: h.planner.shortlist(h.none), "explored: expected Explored"),  # type: ignore[arg-type]
    "fleet": (lambda h: h.planner.fleet(h.request), "request: expected FleetRequest"),  # type: ignore[arg-type]
    "estimate": (lambda h: h.loop(concurrency=float("inf")), "concurrency: expected a number from .* got inf"),
    "estimate huge": (lambda h: h.loop(concurrency=HUGE), "concurrency: .*got a number of more than 20 digits"),
    "estimate tp": (lambda h: h.loop(split=Split(tp=0)), "split.tp: expected a whole number from 1 to 1024, got 0"),
    "estimate model": (lambda h: h.loop(model=1), "model: expected str"),
    "demand": (
        lambda h: h.planner.estimate(Deployment(**LOOP), Demand.simple(float("nan"), 1)), "demand.input.mean: "
    ),
    "fit": (lambda h: h.planner.fit("Qwen/Qwen3-8B", gpus="H100"), "gpus: expected a list of names"),
    "fit context": (lambda h: h.planner.fit("Qwen/Qwen3-8B", context=0), "context: "),
    "fit settings": (
        lambda h: h.planner.fit("Qwen/Qwen3-8B", settings=EngineSettings().model_copy(update={"max_num_seqs": -4})),
        "max_num_seqs: .*got -4",
    ),
    "tco": (lambda h: h.planner.tco(h.request, 1), "terms: expected TcoTerms"),  # type: ignore[arg-type]
    "tco months": (lambda h: h.planner.tco(h.request, TcoTerms().model_copy(update={"months": 0})), "months: .*got 0"),
    "tco scores": (lambda h: h.planner.tco(h.request, TcoTerms(), scores=[1]), "scores: "),  # type: ignore[list-item]
    "simulate 1": (lambda h: h.planner.simulate(h.request, 1), "what: expected Cluster"),  # type: ignore[arg-type]
    "simulate none": (lambda h: h.planner.simulate(h.request, h.none), "what: "),  # type: ignore[arg-type]
    "simulate confidence": (lambda h: h.planner.simulate(h.request, h.plan, confidence=7.0), "confidence: .*0.99"),
    "simulate run": (lambda h: h.planner.simulate(h.request, h.plan, 1), "run: "),  # type: ignore[arg-type]
    "replicas 0": (lambda h: h.planner.simulate(h.request, h.cluster(replicas=0)), "cluster.replicas: .*got 0"),
    "tp 4": (lambda h: h.planner.simulate(h.request, h.replica(tp=4)), r"cluster.replica.tp: 4 is not .*\(1\)"),
    "sequences 0": (lambda h: h.planner.simulate(h.request, h.replica(max_sequences=0)), "max_sequences: .*got 0"),
    "another model": (
        lambda h: h.planner.simulate(h.asked(model="Qwen/Qwen3-32B"), h.plan), "plan: Qwen/Qwen3-8B is not .*32B"
    ),
    "seconds": (lambda h: h.run(seconds=float("nan")), "seconds: .*got nan"),
    "run seed": (lambda h: h.run(seed=-1), "seed: "),
    "run replicas": (lambda h: h.run(replicas=0), "replicas: "),
    "routing": (lambda h: h.run(routing="foo"), "routing: 'foo' is not one of round_robin"),
    "losses": (lambda h: h.run(losses=(Outage(-1.0),)), "losses.at_s: "),
    "scaling": (lambda h: h.run(scaling=Scaling(3, 2, 1.0)), "scaling.most: .*from 3"),
    "trace rate": (lambda h: h.run(rate_per_s=0.0), "rate_per_s: "),
    "parse a list": (lambda h: parse_request([1]), "request: expected a table of keys, got list"),  # type: ignore[arg-type]
    "parse none": (lambda h: parse_request(None), "request: expected a table"),  # type: ignore[arg-type]
    "parse fleet": (lambda h: parse_fleet([1]), "request: expected a table"),  # type: ignore[arg-type]
    "read": (lambda h: read_request("/nonexistent"), "/nonexistent: no such file"),
    "read 1": (lambda h: read_request(1), "path: expected a path"),  # type: ignore[arg-type]
    "read fleet": (lambda h: read_fleet("/nonexistent"), "/nonexistent: no such file"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_one_line(hand: Hand, name: str) -> None:
    call, message = WRONG[name]
    with pytest.raises(PlannerError, match=message) as caught:
        call(hand)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_cluster_may_have_other_replicas_and_sequences(hand: Hand) -> None:
    more = hand.planner.simulate(hand.request, hand.cluster(replicas=3))
    fewer = hand.planner.simulate(hand.request, hand.replica(max_sequences=1))
    assert more.replicas == 3
    assert fewer.ttft_s.p95 > more.ttft_s.p95


OTHER = """
[[accelerator]]
id = "l40s"
name = "L40S"
form_factor = "PCIe"
arch = "Ada"
generation = "ada"
release_year = 2023
memory_gb = 24
memory_type = "GDDR6"
mem_bw_gb_s = 100.0
peak_dense_tflops = { bf16 = 10.0 }
sources = ["a test"]
checked = "2026-01-01"
"""


def test_a_plan_of_other_records_is_refused(hand: Hand, tmp_path: Path) -> None:
    (tmp_path / "accelerators").mkdir()
    (tmp_path / "accelerators" / "mine.toml").write_text(OTHER)
    other = Planner(tmp_path)
    with pytest.raises(InputError, match="L40S is not the record that this planner has; plan it again"):
        other.simulate(hand.request, hand.plan)
    assert Planner(str(tmp_path)).catalogs.hardware.accelerator("L40S").memory_gb == 24
    assert hand.planner.simulate(hand.request, hand.plan).served > 0


def test_a_request_that_was_changed_soundly_is_that_request(hand: Hand) -> None:
    changed = hand.planner.dated(hand.asked(sla={"ttft_p95_s": 2.0}))
    assert changed.scope.as_of is not None
    assert hand.planner.explore(changed).request is changed
