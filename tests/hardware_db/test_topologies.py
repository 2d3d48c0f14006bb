from __future__ import annotations

import csv
from pathlib import Path

import pytest

from hardware_db.catalog import HardwareCatalog
from hardware_db.schema import Topology
from hardware_db.topologies import defaults, joined
from planner.catalogs import Catalogs
from planner.errors import HardwareError

RDMA = """
[[topology]]
id = "bus"
kind = "mesh"
link = "mine"
accelerators = ["mine"]
devices = 4
machine = 4
network = "rdma-400"
one_way_gb_s = 300.0
per_pair_gb_s = 100.0
nccl_us = { n2 = 7.0, n4 = 9.0 }
sources = ["my own measurement"]
checked = "2026-11-28"
"""
MINE = """
[[accelerator]]
id = "mine"
name = "My GPU"
form_factor = "PCIe"
arch = "Mine"
generation = "ada"
release_year = 2026
memory_gb = 48.0
memory_type = "GDDR7"
mem_bw_gb_s = 1000.0
peak_dense_tflops = { bf16 = 100.0 }
pcie_gen = 4
sources = ["my own"]
checked = "2026-11-28"
"""


def written(folder: Path, **texts: str) -> HardwareCatalog:
    """A catalog with an overlay of one file in each named directory."""
    for kind, text in texts.items():
        (folder / kind).mkdir()
        (folder / kind / ("mine.csv" if kind == "prices" else "mine.toml")).write_text(text)
    return HardwareCatalog(folder)


def test_every_accelerator_is_joined_by_a_record_that_names_it(catalogs: Catalogs) -> None:
    known = catalogs.hardware.topologies
    assert set(defaults(known.values())) == set(catalogs.hardware.accelerators)
    named = {name for t in known.values() for name in t.optional_for}
    assert named <= set(catalogs.hardware.accelerators)
    assert all(t.sources and t.checked for t in known.values())
    for gpu in catalogs.hardware.accelerators.values():
        assert gpu.joined.network is not None
        assert gpu.joined.network.kind == "network"


@pytest.mark.parametrize(
    ("gpu", "kind", "machine"),
    [
        ("RTX 5090", "pcie_host_staged", 8), ("RTX 3090", "pcie_host_staged", 8), ("H100", "nvswitch", 8),
        ("GB200", "nvswitch", 72), ("L40S", "pcie_p2p", 8), ("RTX PRO 6000 Max-Q", "pcie_p2p", 8),
        ("H100 PCIe", "pcie_p2p", 8), ("H100 NVL", "bridge_pair", 8), ("GH200 96GB", "c2c", 1),
        ("dgx-spark-gb10", "network", 1), ("MI300X", "mesh", 8), ("Gaudi 3", "mesh", 8), ("TPU v6e", "torus", 256),
    ],
)  # fmt: skip
def test_defaults(catalogs: Catalogs, gpu: str, kind: str, machine: int) -> None:
    inside = catalogs.hardware.accelerator(gpu).joined.inside
    assert (inside.kind, inside.machine) == (kind, machine)


def test_no_stated_rate_passes_its_wire(catalogs: Catalogs) -> None:
    for t in catalogs.hardware.topologies.values():
        most = t.usable_gb_s or t.one_way_gb_s
        for ranks, rate in ((2, t.bus_gb_s.n2), (4, t.bus_gb_s.n4), (8, t.bus_gb_s.n8)):
            wire = most * (2.0 * (ranks - 1) / ranks if t.reduces_in_switch else 1.0)
            if t.kind == "mesh" and t.per_pair_gb_s:
                wire = min(wire, (ranks - 1) * t.per_pair_gb_s)
            assert rate is None or rate <= wire, t.id


def test_measured_rates_were_carried(catalogs: Catalogs, shared: Path) -> None:
    """Figures of links.csv that are one plain number each."""
    with (shared / "facts" / "links.csv").open() as handle:
        rows = {(r["accelerators"], r["topology"]): r for r in csv.DictReader(handle)}
    known = catalogs.hardware.topologies
    for name, key in (
        ("nvswitch-nvlink3", ("A100 SXM", "nvswitch")), ("nvswitch-nvlink4", ("H100 SXM", "nvswitch")),
        ("nvswitch-nvlink5", ("B200 SXM", "nvswitch")),
    ):  # fmt: skip
        stated = [float(rows[key][f"busbw_n{n}"]) for n in (2, 4, 8)]
        assert [known[name].bus_gb_s.n2, known[name].bus_gb_s.n4, known[name].bus_gb_s.n8] == stated
        assert known[name].one_way_gb_s == float(rows[key]["oneway_nominal_gb_s"])
    mesh = rows["MI300X, MI325X", "full mesh"]
    assert known["mesh-xgmi3"].bus_gb_s.n2 == float(mesh["busbw_n2"])
    assert known["mesh-xgmi3"].bus_gb_s.n8 == float(mesh["busbw_n8"])


def test_another_topology_is_one_that_the_gpu_may_have(catalogs: Catalogs) -> None:
    gpu = catalogs.hardware.accelerator("RTX 3090")
    for name in ("bridge-nvlink3-geforce", "bridge_pair"):
        assert gpu.joined_by(name).joined.id == "bridge-nvlink3-geforce"
    assert gpu.joined_by("pcie_p2p").joined.inside.peer_access
    with pytest.raises(HardwareError, match="topology: 'nvswitch' does not join RTX 3090"):
        gpu.joined_by("nvswitch")


def test_an_overlay_states_how_its_accelerator_is_joined(tmp_path: Path) -> None:
    gpu = written(tmp_path, accelerators=MINE, topologies=RDMA).accelerator("mine")
    assert (gpu.joined.id, gpu.joined.network and gpu.joined.network.id) == ("bus", "rdma-400")


def test_what_no_record_names_is_joined_through_host_memory(tmp_path: Path) -> None:
    assert written(tmp_path, accelerators=MINE).accelerator("mine").joined.id == "pcie4-staged"


def test_two_defaults_are_refused(catalogs: Catalogs) -> None:
    one = catalogs.hardware.topologies["nvswitch-nvlink4"]
    with pytest.raises(HardwareError, match="has the default nvswitch-nvlink4"):
        defaults([one, one.model_copy(update={"id": "again"})])


@pytest.mark.parametrize(
    ("change", "why"),
    [({"beyond": "nothing"}, "'nothing' is not known"), ({"network": None}, "which network joins machines")],
)
def test_what_it_goes_on_to_must_be_known(catalogs: Catalogs, change: dict[str, str | None], why: str) -> None:
    known = catalogs.hardware.topologies
    with pytest.raises(HardwareError, match=why):
        joined(known["pcie4-p2p"].model_copy(update=change), known)


def test_the_error_names_file_and_record(tmp_path: Path) -> None:
    with pytest.raises(HardwareError, match=r"mine\.toml: bus: speed: Extra inputs"):
        _ = written(tmp_path, topologies=RDMA + "speed = 3\n").topologies


def test_an_offer_names_a_topology_that_its_gpu_may_have(tmp_path: Path) -> None:
    head = "provider,instance_type,region,accelerator,accelerators,topology,usd_per_hour_on_demand,as_of,source\n"
    row = "me,pair,here,rtx-3090,2,{},1.0,2026-11-28,my own\n"
    (tmp_path / "good").mkdir()
    found = written(tmp_path / "good", prices=head + row.format("bridge-nvlink3-geforce"))
    assert next(o.topology for o in found.offers if o.provider == "me") == "bridge-nvlink3-geforce"
    (tmp_path / "bad").mkdir()
    with pytest.raises(HardwareError, match="does not join RTX 3090"):
        _ = written(tmp_path / "bad", prices=head + row.format("nvswitch-nvlink4")).offers


def test_the_key_says_kind_and_link() -> None:
    t = Topology.model_validate(
        {"id": "x", "kind": "mesh", "link": "xgmi", "devices": 8, "machine": 8, "one_way_gb_s": 1.0, "sources": ["x"],
         "checked": "2026-11-28"}
    )  # fmt: skip
    assert (t.key, t.one_way_bytes_per_s) == ("mesh xgmi", 1e9)
