from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hardware_db.schema import Accelerator, ByRanks
from models_db.formats import find_format, find_kv_format
from models_db.schema import Moe
from planner.answers import Estimate
from planner.catalogs import Catalogs
from planner.deployment.estimate import estimate
from planner.errors import HardwareError, PlannerError
from planner.evidence.points import read_point
from planner.formulas.collectives import all_reduce_moving_s
from planner.formulas.types import Array
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.physics.design import Designs
from planner.physics.engines import Engine, find_engine
from planner.physics.layers import has_moe
from planner.physics.links import (
    FLAGGED_BYTES,
    AllReduce,
    Wires,
    _latency_s,
    all_reduce,
    at_ranks,
    caveats,
    machines_of,
    wire_bytes_per_s,
    wires,
)
from planner.physics.split import Split
from planner.physics.step import Load, StepModel

DENSE, EXPERTS = "meta-llama/Llama-3.1-70B-Instruct", "deepseek-ai/DeepSeek-V3"
ENGINES = ("vllm", "sglang", "tensorrt-llm", "tgi")
SPLITS = {
    DENSE: [Split(tp=tp, pp=pp) for tp in (1, 2, 3, 4, 6, 8, 16, 32) for pp in (1, 2, 4)],
    EXPERTS: [
        Split(tp=8), Split(tp=2, ep=2), Split(tp=8, ep=8), Split(ep=2, dp=2), Split(ep=8, dp=8),
        Split(tp=2, ep=8, dp=4), Split(ep=16, dp=16), Split(tp=4, ep=16, dp=4), Split(tp=2, ep=4, dp=2, pp=2),
        Split(tp=16), Split(tp=8, pp=4),
    ],
}  # fmt: skip
SHIPPED = Coefficients.shipped()
TABLE: AllReduce = ((10.0, 100.0, 1.0), (20.0, 200.0, 2.0), (30.0, 300.0, 3.0))


def test_ranks_take_the_next_larger_row_and_latency_grows_beyond_eight() -> None:
    assert at_ranks(TABLE, 2) == pytest.approx((10e-6, 100e9, 1e-6))
    assert at_ranks(TABLE, 3) == at_ranks(TABLE, 4) == pytest.approx((20e-6, 200e9, 2e-6))
    assert at_ranks(TABLE, 8) == pytest.approx((30e-6, 300e9, 3e-6))
    assert at_ranks(TABLE, 64) == pytest.approx((60e-6, 300e9, 3e-6))


@pytest.mark.parametrize(
    ("gpu", "engine", "ranks", "flagged"),
    [("L40S", "vllm", 2, False), ("L40S", "tensorrt-llm", 2, True), ("L40S", "vllm", 4, True),
     ("RTX 4090", "vllm", 2, True), ("H100 SXM", "vllm", 8, False), ("H200 NVL", "vllm", 4, False)],
)  # fmt: skip
def test_flags_cost_where_nccl_reduces_without_a_table(
    catalogs: Catalogs, gpu: str, engine: str, ranks: int, flagged: bool
) -> None:
    found = catalogs.hardware.accelerator(gpu)
    told = wires(found.joined, SHIPPED.links, find_engine(engine), found.generation, ranks, 1)
    assert told.flagged_bytes == (FLAGGED_BYTES if flagged else 0.0)


@pytest.mark.parametrize(("system", "ranks"), [("l40s", 2), *(("rtx_pro_6000_server", n) for n in (2, 4, 8))])
def test_flags_explain_measured_all_reduces(shared: Path, system: str, ranks: int) -> None:
    """With the largest and the smallest message known, those between err by less than half as without flags."""
    with (shared / "facts" / "allreduce_measured.csv").open(encoding="utf-8", newline="") as handle:
        rows = [
            (float(row["bytes"]), float(row["latency_us"]) * 1e-6) for row in csv.DictReader(handle)
            if (row["system"], row["kernel"], row["n_gpus"]) == (system, "NCCL", str(ranks))
            and (row["op"], row["dtype"]) == ("all_reduce", "half")
        ]  # fmt: skip
    size, took = np.array(sorted(rows)).T
    bus, start = 2.0 * (ranks - 1) / ranks * size[-1] / took[-1], took[size <= 4096].mean()
    between = (size >= 65536) & (size <= 524288)
    err = [
        np.abs(np.log((start + all_reduce_moving_s(
            size[between], np.array(ranks), bus_bytes_per_s=np.array(bus), root_s=np.array(0.0), flagged_bytes=flagged
        )) / took[between])).mean()
        for flagged in (np.array(FLAGGED_BYTES), np.array(0.0))
    ]  # fmt: skip
    assert err[0] < 0.6 * err[1]


def distinct(catalogs: Catalogs) -> list[Accelerator]:
    """An accelerator for every topology that one may have."""
    found: dict[str, Accelerator] = {}
    for gpu in catalogs.hardware.accelerators.values():
        for t in gpu.topologies:
            found.setdefault(t.id, gpu.joined_by(t.id))
    return list(found.values())


def every(catalogs: Catalogs, model: str, engines: tuple[Engine, ...]) -> Designs:
    gpus, splits = distinct(catalogs), SPLITS[model]
    rows = [(g, e, s) for g in range(len(gpus)) for e in range(len(engines)) for s in splits]
    zeros = np.zeros(len(rows), dtype=np.int64)
    cuts: dict[str, Any] = {n: np.array([getattr(s, n) for _, _, s in rows]) for n in ("tp", "pp", "ep", "dp")}
    return Designs(
        catalogs.models.find(model).model, tuple(gpus), (find_format("bf16"),), (find_kv_format("bf16"),), engines,
        gpu=np.array([g for g, _, _ in rows]), engine=np.array([e for _, e, _ in rows]), fmt=zeros, kv=zeros, **cuts,
    )  # fmt: skip


def least_seconds(d: Designs, row: int, tokens: Array) -> Array:
    """Seconds that the bytes of a step need at the full one-way rate of every wire that they take."""
    joined, split, layers = d.gpus[d.gpu[row]].joined, d.split_at(row), d.model.layers
    assert joined.network is not None
    machine, nic = joined.inside.machine, joined.network.one_way_bytes_per_s
    message, near, far = tokens * d.model.hidden * 2.0, min(split.tp, machine), machines_of(joined, split.tp)
    reduce = np.zeros_like(message)
    if near > 1:
        reduce = reduce + 2.0 * (near - 1) / near * message / wire_bytes_per_s(joined, near)
    reduce = reduce + 2.0 * (far - 1) / far * message / near / nic
    count = sum(g.count * (len(g.mixers) > 0) for g in layers)
    count += sum(g.count * (len(g.ffns) > 0) for g in layers if split.dp == 1 or not has_moe(g.ffns))
    total: Array = count * reduce
    if split.dp > 1:
        topk = max(f.topk for g in layers for f in g.ffns if isinstance(f, Moe))
        moe, ranks = sum(g.count for g in layers if has_moe(g.ffns)), split.tp * split.dp
        each, inside = message * min(topk, split.ep) / ranks, min(ranks, machine)
        times = [each * (ranks - inside) / nic]
        if inside > 1:
            times.append(each * (inside - 1) / min(joined.inside.one_way_bytes_per_s, wire_bytes_per_s(joined, inside)))
        total = total + 2.0 * moe * np.max(times, axis=0)
    return total


@pytest.mark.parametrize("model", [DENSE, EXPERTS])
def test_no_step_moves_bytes_faster_than_its_wires(catalogs: Catalogs, model: str) -> None:
    """Every topology, engine, split and size of message, with the shipped factors and with far smaller ones."""
    engines = tuple(find_engine(name) for name in ENGINES)
    d = every(catalogs, model, engines)
    tiny = {("link", gpu.joined.inside.key, "bandwidth"): 0.05 for gpu in d.gpus}
    sizes = np.array([1.0, 16.0, 512.0, 8192.0])
    for coefficients in (SHIPPED, SHIPPED.with_factors({**SHIPPED.factors, **tiny})):
        model_ = StepModel.of(d, coefficients)
        imbalance = np.where(d.dp > 1, coefficients.operators.dp_imbalance, 1.0)
        for load, tokens in (
            (Load(sizes, 1000.0), np.maximum(sizes / (d.pp * d.dp)[:, None] * imbalance[:, None], 1.0)),
            (Load(0.0, 1000.0, sizes, sizes), sizes / (d.pp * d.dp)[:, None] * imbalance[:, None]),
        ):
            seconds = np.broadcast_to(model_.step(load).terms["collectives"].memory_s, tokens.shape)
            least = np.array([least_seconds(d, row, tokens[row]) for row in range(len(d))])
            worst = np.max(np.where(least > 0, least / np.maximum(seconds, 1e-30), 0.0), axis=1)
            row = int(np.argmax(worst))
            assert worst[row] <= 1.0 + 1e-9, (d.gpus[d.gpu[row]].joined.id, d.split_at(row), worst[row])


def of(catalogs: Catalogs, gpu: str, tp: int, engine: str = "vllm", dp: int = 1, topology: str = "") -> Wires:
    found = catalogs.hardware.accelerator(gpu)
    found = found.joined_by(topology) if topology else found
    return wires(found.joined, SHIPPED.links, find_engine(engine), found.generation, tp, dp)


def test_pcie_4_never_reaches_126_gb_s(catalogs: Catalogs) -> None:
    """Prefill of Llama-3.1-8B on two L40S, one client: 126 GB/s were once predicted."""
    gpu = Deployment("meta-llama/Llama-3.1-8B", "L40S", weights="bf16", split=Split(tp=2))
    design = one_design(gpu, catalogs)[0]
    seconds = StepModel.of(design, SHIPPED).step(Load(0.0, 1000.0, 2048.0, 2048.0)).terms["collectives"].memory_s
    moved = 2 * design.model.n_layers * 2048 * design.model.hidden * 2.0
    assert 15e9 < moved / float(np.ravel(seconds)[0]) < 26e9


def test_a_mesh_gives_two_ranks_one_pair(catalogs: Catalogs) -> None:
    two, eight = (of(catalogs, "MI300X", tp).bus_bytes_per_s for tp in (2, 8))
    assert (two, eight) == (48e9, 313e9)
    assert of(catalogs, "Gaudi 3", 2).bus_bytes_per_s == 65e9
    assert of(catalogs, "MI300X", 3).bus_bytes_per_s <= 128e9


def test_a_bridge_ends_at_its_pair(catalogs: Catalogs) -> None:
    pair, four = (of(catalogs, "H100 NVL", tp).bus_bytes_per_s for tp in (2, 4))
    assert (pair, four) == (191e9, 48.8e9)
    bridged, staged = (of(catalogs, "RTX 3090", 2, topology=t) for t in ("bridge_pair", "pcie_host_staged"))
    assert bridged.bus_bytes_per_s == 7.5 * staged.bus_bytes_per_s
    assert of(catalogs, "RTX 3090", 4, topology="bridge_pair").bus_bytes_per_s == 5e9


def test_a_switch_is_as_fast_for_more_ranks(catalogs: Catalogs) -> None:
    assert of(catalogs, "H100", 4).bus_bytes_per_s <= of(catalogs, "H100", 8).bus_bytes_per_s


@pytest.mark.parametrize(
    ("gpu", "engine", "tp", "latency_us"),
    [
        ("L40S", "vllm", 2, 5.5),  # two peers: the engine's own kernel
        ("L40S", "vllm", 4, 13.0),  # no links between all pairs: NCCL
        ("L40S", "tensorrt-llm", 2, 7.0),
        ("RTX 4090", "vllm", 2, 8.0),  # no peer access
        ("RX 7900 XTX", "vllm", 2, 7.0),  # off on Navi
        ("H100", "vllm", 8, 4.6),
        ("V100 SXM2 32GB", "vllm", 8, 39.4),  # not every pair has a link
    ],
)
def test_which_kernel_runs(catalogs: Catalogs, gpu: str, engine: str, tp: int, latency_us: float) -> None:
    assert of(catalogs, gpu, tp, engine).latency_s == pytest.approx(latency_us * 1e-6)


def test_single_superchips_talk_over_the_network(catalogs: Catalogs) -> None:
    alone = of(catalogs, "GH200 96GB", 2)
    assert (alone.machine, alone.latency_s, alone.nic_bytes_per_s) == (1, 0.0, 37.5e9)
    assert alone.network_s == pytest.approx(22e-6)
    assert of(catalogs, "GH200 96GB", 2, topology="bridge-gh200-nvl2").network_s == 0.0
    assert of(catalogs, "dgx-spark-gb10", 2).nic_bytes_per_s == 18.75e9


def test_ranks_beyond_a_machine_take_the_network(catalogs: Catalogs) -> None:
    inside, across = of(catalogs, "H100", 8), of(catalogs, "H100", 16)
    assert across.bus_bytes_per_s == inside.bus_bytes_per_s
    assert (inside.network_s, across.network_s) == (0.0, pytest.approx(22e-6))
    wide = of(catalogs, "H100", 1, dp=16)
    assert wide.exchange_bytes_per_s == pytest.approx(37.5e9 * 15 / 8)
    assert of(catalogs, "GB200", 1, dp=16).exchange_bytes_per_s == pytest.approx(0.75 * 900e9)


def test_estimate_takes_ranks_on_two_machines_and_says_so(catalogs: Catalogs) -> None:
    asked = Deployment(DENSE, "H100", weights="bf16", split=Split(tp=16))
    designs, notes = one_design(asked, catalogs)
    assert any("2 machines" in note and "400 Gb/s" in note for note in notes)
    eight = one_design(Deployment(DENSE, "H100", weights="bf16", split=Split(tp=8)), catalogs)[0]
    prompt = Load(0.0, 1000.0, 8192.0, 8192.0)
    slow, fast = (StepModel.of(d, SHIPPED).step(prompt).terms["collectives"].seconds for d in (designs, eight))
    assert float(np.ravel(slow)[0]) > 1.5 * float(np.ravel(fast)[0])


def test_a_deployment_names_its_topology(catalogs: Catalogs) -> None:
    plain, peers = (
        one_design(Deployment(DENSE, "RTX 4090", weights="awq_int4_g128", split=Split(tp=4), topology=t), catalogs)
        for t in (None, "pcie_p2p")
    )
    assert any("host memory" in note for note in plain[1])
    assert not any("host memory" in note for note in peers[1])
    slow, fast = (StepModel.of(d, SHIPPED).step(Load(8.0, 1000.0)).total_s for d, _ in (plain, peers))
    assert float(np.ravel(slow)[0]) > float(np.ravel(fast)[0])


def test_caveats_are_of_cuts_that_rest_on_a_link(catalogs: Catalogs) -> None:
    gpu = catalogs.hardware.accelerator("RTX 5090")
    assert caveats(gpu, Split(pp=4)) == []
    assert "(5 GB/s); hosts differ" in caveats(gpu, Split(tp=4))[0]
    assert caveats(catalogs.hardware.accelerator("L40S"), Split(tp=2)) == []


@pytest.mark.parametrize(
    ("gpu", "note", "topology"),
    [
        ("RTX 3090", "P2P driver patched and verified in the run", "pcie4-p2p"),
        ("RTX 3090", "NVLink bridge, NCCL", "bridge-nvlink3-geforce"),
        ("RTX 3090", "no NVLink", "pcie4-staged"),
        ("H100 SXM", "NVLink bridge", "nvswitch-nvlink4"),
    ],
)
def test_a_row_states_its_topology_in_its_note(catalogs: Catalogs, gpu: str, note: str, topology: str) -> None:
    row = {"model": "meta-llama/Llama-3.1-8B", "gpu": gpu, "load": "closed_loop", "gpus": "2", "tp": "2", "note": note}
    assert read_point(row, catalogs).gpu.joined.id == topology


def test_pipelines_beat_tensor_ranks_on_four_geforce_cards(catalogs: Catalogs) -> None:
    """GLM-4.5-Air on four RTX 5090, cloudrift: 2,313 tokens a second in PP4, 1,154 in TP4. Prompts decide it."""
    cuts = (Split(pp=4), Split(tp=4))
    asked = [Deployment(DENSE, "RTX 5090", weights="awq_int4_g128", split=split) for split in cuts]
    prompt = Load(0.0, 2000.0, 8192.0, 2048.0)
    pp, tp = (float(np.ravel(StepModel.of(one_design(a, catalogs)[0], SHIPPED).step(prompt).total_s)[0]) for a in asked)
    assert tp > 1.5 * pp


def checked_design(d: Deployment, catalogs: Catalogs) -> tuple[Designs, list[str]]:
    d.check()
    return one_design(d, catalogs)


def test_a_measured_link_takes_the_place_of_the_record(catalogs: Catalogs) -> None:
    own = replace(Deployment(DENSE, "RTX 4090", split=Split(tp=4)), link_gb_s=13.0)
    (usual, notes), (stated, said) = (one_design(d, catalogs) for d in (replace(own, link_gb_s=None), own))
    assert any("state it with --link-gb-s" in note for note in notes)
    assert any("13 GB/s" in note and "as stated" in note for note in said)
    joined = stated.gpus[0].joined
    assert all_reduce(joined, {}, find_engine("vllm"), "ada", 4)[1] == 13e9
    slow, fast = (float(StepModel.of(d, SHIPPED).step(Load(64.0, 64.0)).total_s.ravel()[0]) for d in (usual, stated))
    assert fast < slow


@pytest.mark.parametrize(
    ("change", "says"),
    [({"link_gb_s": 1000.0}, "more than pcie4-staged"), ({"link_gb_s": 13.0, "split": Split(pp=2)}, "no all-reduce"),
     ({"link_gb_s": 0.0}, "link_gb_s"), ({"topology": "nvswitch"}, "does not join RTX 4090")],
)  # fmt: skip
def test_a_link_that_cannot_be(catalogs: Catalogs, change: dict[str, object], says: str) -> None:
    d = Deployment(**{"model": DENSE, "gpu": "RTX 4090", "split": Split(tp=2)} | change)  # type: ignore[arg-type]
    with pytest.raises(PlannerError, match=says):
        checked_design(d, catalogs)


def test_four_cards_on_a_slow_host_serve_less_than_two_with_peer_access(catalogs: Catalogs) -> None:
    """Measured: Qwen3.6-27B FP8 at 32 clients, 356 tokens/s on two RTX 3090 and 255 on four (alesha-pro, PCIe 3)."""
    found = []
    for tp in (2, 4):
        d = Deployment(
            "Qwen/Qwen3.6-27B", "RTX 3090", "fp8", split=Split(tp=tp), topology="pcie3-pair", concurrency=32.0
        )
        answer = estimate(d, Demand.simple(512.0, 256.0), catalogs, SHIPPED)
        assert isinstance(answer, Estimate)
        found.append(answer.output_tokens_per_s)
    assert found[0] > found[1]


def test_a_topology_without_latencies_is_told_what_it_lacks(catalogs: Catalogs) -> None:
    gpu = catalogs.hardware.accelerator("H100")
    bare = replace(gpu.joined, inside=gpu.joined.inside.model_copy(update={"nccl_us": ByRanks(), "id": "mine"}))
    with pytest.raises(HardwareError, match="topology mine: no latency at 4 ranks is stated; add nccl_us"):
        _latency_s(bare, find_engine("tgi"), "none", 4)
