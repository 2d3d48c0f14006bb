"""One record holds all that was calibrated; another one changes the answer that it is handed to, and no other."""

from __future__ import annotations

import json
import pickle
import tomllib
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from planner.answers import Plan
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.load.client_terms import client_of
from planner.load.curves import curves
from planner.load.demand import Demand
from planner.physics.case import EvidenceCase
from planner.physics.coefficient_parts import FitEvidence
from planner.physics.coefficients import DATA, FACTORS, MEMORY, Coefficients, read
from planner.physics.deployment import Deployment, one_design
from planner.physics.design import Designs
from planner.physics.factor_keys import ClientPlace
from planner.physics.footprint import footprint
from planner.physics.graphs import era_of
from planner.physics.step import Load, StepModel
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.request.reading import parse_request

SHIPPED = Coefficients.shipped()
LOAD = Load(np.array([[1.0, 32.0]]), 1500.0, 256.0, 1500.0)
SLOW = SHIPPED.with_factors({key: 2.0 * value for key, value in SHIPPED.factors.items() if key[0] == "term"})


@pytest.fixture(scope="module")
def design(catalogs: Catalogs) -> Designs:
    return one_design(Deployment("meta-llama/Llama-3.1-8B-Instruct", "H100"), catalogs)[0]


def total_s(design: Designs, coefficients: Coefficients) -> np.ndarray[Any, Any]:
    return StepModel.of(design, coefficients).step(LOAD).total_s


def pool(design: Designs, coefficients: Coefficients) -> float:
    return float(footprint(design, coefficients, max_sequences=np.array([256.0])).kv_pool[0, 0])


def test_the_shipped_record_says_what_its_files_say() -> None:
    tables = tomllib.loads(DATA.read_text(encoding="utf-8"))
    logs = tomllib.loads(MEMORY.read_text(encoding="utf-8"))
    found = json.loads(FACTORS.read_text(encoding="utf-8"))
    assert SHIPPED.operators.expert_skew == tables["operators"]["expert_skew"]
    assert SHIPPED.compute_share(generation="hopper", compute="fp8") == tables["gemm_compute"]["hopper"]["fp8"]
    assert SHIPPED.launch_s(generation="hopper") == tables["launch_us"]["hopper"] * 1e-6
    assert SHIPPED.memory.sampler_copies["general"] == logs["sampler_copies general"]
    assert SHIPPED.memory.non_torch_gib["vllm-0.4"] == logs["non_torch_gib vllm-0.4"]
    assert SHIPPED.memory.non_torch_gib["sglang"] == tables["memory"]["non_torch_gib"]["sglang"]
    assert SHIPPED.memory_without_logs.sampler_copies == tables["memory"]["sampler_copies"]
    assert SHIPPED.factors["engine", "vllm", "host"] == found["engine"]["vllm"]["host"]
    assert SHIPPED.interval("ttft", of="gpu") == tuple(found["interval"]["gpu"]["ttft"])
    assert SHIPPED.interval("tpot") == tuple(found["interval"]["source"]["tpot"])
    assert SHIPPED.interval("tpot", of="physics") == tuple(found["interval"]["physics"]["tpot"])
    assert len(SHIPPED.evidence.llamacpp_pairs) == len(found["evidence"]["llama.cpp pairs"])
    assert len(SHIPPED.evidence.configurations) == len(found["evidence"]["configurations"])
    assert len(SHIPPED.evidence.combos) == len(found["evidence"]["combos"])
    assert Coefficients.shipped() is SHIPPED


def test_the_shipped_record_is_what_a_check_of_its_values_makes() -> None:
    found = json.loads(FACTORS.read_text(encoding="utf-8"))
    tables, logs = (tomllib.loads(path.read_text(encoding="utf-8")) for path in (DATA, MEMORY))
    known = read(tables, logs, found)
    assert SHIPPED.evidence == known.evidence
    for field in fields(SHIPPED):
        # repr: 1 and 1.0 are equal, and differ in what is printed; sets have no order.
        if field.name != "evidence":
            assert repr(getattr(SHIPPED, field.name)) == repr(getattr(known, field.name)), field.name
    with pytest.raises(ValidationError, match="tile_rows"):
        read(tables | {"operators": tables["operators"] | {"tile_rows": -1.0}}, logs, found)
    with pytest.raises(TypeError, match="tiles"):
        read(tables | {"operators": tables["operators"] | {"tiles": 1.0}}, logs, found)


def test_what_is_not_stated_takes_the_general_value() -> None:
    general = SHIPPED.gemm_compute["general"]
    assert SHIPPED.compute_share(generation="apple", compute="bf16") == general["bf16"]
    assert SHIPPED.compute_share(generation="none", compute="int4") == general["bf16"]
    assert SHIPPED.bandwidth_share(generation="none") == SHIPPED.bandwidth["general"]
    assert SHIPPED.warp_compute_share(generation="none") == 1.0
    assert SHIPPED.interval("no such figure") == (0.5, 2.0)


def test_without_factors_the_parts_stand(design: Designs) -> None:
    bare = SHIPPED.with_factors({})
    model = StepModel.of(design, bare)
    assert all((column == 1.0).all() for columns in model.factors.values() for column in columns)
    assert client_of([ClientPlace("vllm", "hopper", "attention")], bare).ttft_s[0] == 0.015


def test_two_records_in_one_process_do_not_see_each_other(design: Designs) -> None:
    before = total_s(design, SHIPPED)
    slow = total_s(design, SLOW)
    assert (slow > before).all()
    np.testing.assert_array_equal(total_s(design, SHIPPED), before)
    np.testing.assert_array_equal(total_s(design, SLOW), slow)


def test_another_memory_fit_changes_memory_and_nothing_else(design: Designs) -> None:
    era = era_of(design.engines[0], design.model)
    other = SHIPPED.with_memory({f"sampler_copies {era}": 40.0, f"non_torch_gib {era}": 1.0})
    assert pool(design, other) < pool(design, SHIPPED)
    assert other.memory.layer_copies == SHIPPED.memory_without_logs.layer_copies
    np.testing.assert_array_equal(total_s(design, other), total_s(design, SHIPPED))
    assert other.factors == SHIPPED.factors
    assert SHIPPED.with_memory({}).memory == SHIPPED.memory_without_logs


def test_load_lost_on_a_shared_memory_falls_back_where_no_log_told() -> None:
    own = SHIPPED.with_memory({"load_overhead_gib": 0.1, "load_overhead_unified_gib": 0.4}).memory
    alone = SHIPPED.with_memory({"load_overhead_gib": 0.1}).memory
    assert (own.load_gib(unified=True), own.load_gib(unified=False)) == (0.4, 0.1)
    assert alone.load_gib(unified=True) == 0.1


@pytest.mark.parametrize(
    ("name", "value"),
    [("routing_evenness", 0.5), ("tile_rows", 64.0), ("state_bandwidth", 0.1), ("attention_decode_bandwidth", 0.2),
     ("elementwise_passes", 60.0), ("roof_exponent", 1.0), ("attention_prefill_compute", 0.1)],
)  # fmt: skip
def test_each_operator_reaches_the_step(catalogs: Catalogs, name: str, value: float) -> None:
    hybrid = one_design(Deployment("Qwen/Qwen3.5-35B-A3B", "H200"), catalogs)[0]
    other = replace(SHIPPED, operators=replace(SHIPPED.operators, **{name: value}))
    assert (total_s(hybrid, other) != total_s(hybrid, SHIPPED)).any()


def test_caution_multiplies_by_the_spread_of_the_record(design: Designs) -> None:
    told = {"calibrated": {"tpot": (0.5, 3.0), "ttft": (0.5, 5.0)}, "physics": {"tpot": (0.5, 4.0)}}
    wide = replace(SHIPPED, intervals=told, cautions={})
    assert wide.caution(0.95) == pytest.approx(3.0)
    assert wide.caution(0.95, "calibrated", "ttft") == pytest.approx(5.0)
    assert wide.caution(0.95, "physics") == pytest.approx(4.0)
    assert wide.caution(0.95, "measured") == pytest.approx(2.0)  # none is stated: the default
    # The spread is lognormal: as far below one half as above it, and none there.
    assert wide.caution(0.05) == pytest.approx(1.0 / 3.0)
    assert wide.caution(0.5) == SHIPPED.caution(0.5) == 1.0
    quantiles = replace(wide, cautions={"calibrated": {"tpot": {0.8: 1.1, 0.95: 2.0}}})
    assert [quantiles.caution(sure) for sure in (0.5, 0.8, 0.95)] == pytest.approx([1.0, 1.1, 2.0])
    assert 1.1 < quantiles.caution(0.9) < 2.0 < quantiles.caution(0.99)
    assert quantiles.caution(0.95, "calibrated", "ttft") == pytest.approx(5.0)
    demand = Demand.simple(1000.0, 200.0)
    plain, slow = (curves(design, demand, wide, caution=k) for k in (1.0, wide.caution(0.95)))
    np.testing.assert_allclose(slow.step_s, 3.0 * plain.step_s)


def test_a_plan_under_another_record_is_another_plan(catalogs: Catalogs) -> None:
    """What is kept between questions is kept for one record only."""
    request = parse_request(
        {"model": "meta-llama/Llama-3.1-8B-Instruct", "traffic": {"rate_per_s": 20}, "input_tokens": {"mean": 1000},
         "output_tokens": {"mean": 200}, "sla": {"tpot_p95_s": 0.05}, "scope": {"gpus": ["H100"]}}
    )  # fmt: skip
    first, slow, again = (explore(request, Context(catalogs, record)).answer for record in (SHIPPED, SLOW, SHIPPED))
    assert isinstance(first, Plan)
    assert isinstance(slow, Plan)
    assert slow.cluster.latency.tpot_s.p50 != first.cluster.latency.tpot_s.p50
    assert again == first


def test_a_record_goes_to_other_processes_whole(design: Designs) -> None:
    sent = pickle.loads(pickle.dumps(SLOW))
    np.testing.assert_array_equal(total_s(design, sent), total_s(design, SLOW))


def test_a_record_is_not_written_to() -> None:
    with pytest.raises(FrozenInstanceError):
        SHIPPED.memory = SHIPPED.memory_without_logs  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        SHIPPED.operators.tile_rows = 1.0  # type: ignore[misc]


@pytest.mark.parametrize(
    "change",
    [
        {"bandwidth": {"general": 1.2}}, {"bandwidth": {"hopper": 0.8}}, {"warp_share": {"hopper": 0.0}},
        {"launch_us": {"general": -1.0}}, {"launch_us": {"general": "5"}}, {"gemm_compute": {"hopper": {"bf16": 0.8}}},
        {"factors": {("term", "linear", "fixed"): 0.0}}, {"factors": {"term": 1.0}},
        {"intervals": {"pair": {"tpot": (2.0, 0.5)}}}, {"links": {"pcie4": {"nccl": ((1.0, 1.0, 1.0),) * 3}}},
        {"links": {"pcie4": {"general": ((1.0, 1.0, 1.0),)}}}, {"host": {"vllm": 3.0}}, {"nonsense": 1.0},
    ],
)  # fmt: skip
def test_nonsense_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises((ValidationError, TypeError)):
        replace(SHIPPED, **change)


def test_a_memory_figure_of_another_name_is_refused() -> None:
    for name in ("sampler", "non_torch_gib no-engine", "non_torch_gib", "sampler_copies no-engine"):
        with pytest.raises(InputError, match=name):
            SHIPPED.with_memory({name: 1.0})
    with pytest.raises(ValidationError):
        SHIPPED.with_memory({"sampler_copies general": -1.0})


def test_before_the_first_fit_the_values_of_the_parts_stand() -> None:
    first = read(tomllib.loads(DATA.read_text(encoding="utf-8")), {}, {})
    assert (first.factors, first.figures(), first.memory) == ({}, [], first.memory_without_logs)
    assert first.basis(EvidenceCase("m", "g", "vllm", "fp8", "tp1", "vllm", "hopper")) == "physics"


def test_what_a_figure_rests_on_is_what_the_fit_has_seen() -> None:
    seen = FitEvidence(frozenset({("m", "g", "vllm", "awq", "tp1 pp2")}), frozenset({("vllm-0.11", "hopper")}))
    record, known = (
        replace(SHIPPED, evidence=seen),
        EvidenceCase("m", "g", "vllm", "awq", "tp1 pp2", "vllm-0.11", "hopper"),
    )
    assert record.basis(known) == "measured"
    assert record.basis(known._replace(era="none", generation="none")) == "measured"
    # Another engine, weight format or split is not that configuration.
    for change in ({"engine": "sglang"}, {"weights": "nvfp4"}, {"split": "tp1 pp4"}, {"model": "other"}):
        assert record.basis(known._replace(**change)) == "calibrated"
    assert record.basis(known._replace(model="other", generation="blackwell")) == "physics"
    assert record.basis(known._replace(model="other", era="vllm-0.4")) == "physics"
