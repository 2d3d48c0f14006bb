from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from hardware_db.catalog import DATA, HardwareCatalog, read_accelerators
from hardware_db.named import shipped_names
from hardware_db.schema import Offer
from planner.catalogs import Catalogs
from planner.errors import HardwareError


def test_counts_and_sources(catalogs: Catalogs) -> None:
    assert len(catalogs.hardware.accelerators) == 212
    assert len(catalogs.hardware.offers) == 914
    assert all(gpu.sources and gpu.checked for gpu in catalogs.hardware.accelerators.values())
    assert all(offer.source and offer.as_of for offer in catalogs.hardware.offers)


@pytest.mark.parametrize(
    ("name", "maker"),
    [("MI300X", "amd"), ("Radeon 8060S", "amd"), ("Arc B580", "intel"), ("M4 Max", "apple"), ("H100", "")],
)
def test_the_maker_of_a_gpu(catalogs: Catalogs, name: str, maker: str) -> None:
    assert catalogs.hardware.accelerator(name).maker == maker


def test_every_figure_was_carried(catalogs: Catalogs, shared: Path) -> None:
    with (shared / "facts" / "accelerators.csv").open() as handle:
        for row in csv.DictReader(handle):
            gpu = catalogs.hardware.accelerator(row["name"])
            assert gpu.mem_bw_gb_s == float(row["mem_bw_gb_s"])
            assert gpu.peak_dense_tflops.bf16 == (float(row["bf16_tflops_dense"]) if row["bf16_tflops_dense"] else None)
            assert gpu.peak_dense_tflops.fp8 == (float(row["fp8_tflops_dense"]) if row["fp8_tflops_dense"] else None)


FLAG_TEXTS = {
    "spec_unverified": ("SPEC UNVERIFIED",), "stale": ("STALE",), "low_confidence": ("LOW CONFIDENCE",),
    "derived": ("DERIVED", "INFERRED"),
}  # fmt: skip


def test_every_price_was_carried(catalogs: Catalogs, shared: Path) -> None:
    """Each row of the second set with all its figures, class, flags and date; none is left out, none is new."""
    with (shared / "facts" / "cloud_prices_2.csv").open() as handle:
        rows = {(r["provider"], r["instance_type"], r["region"]): r for r in csv.DictReader(handle)}
    offers = {(o.provider, o.instance_type, o.region): o for o in catalogs.hardware.offers}
    assert set(offers) == set(rows)
    prices = [name for name in Offer.model_fields if name.startswith("usd_per_hour")]
    assert len(prices) == 5
    for key, row in rows.items():
        offer = offers[key]
        for name in (*prices, "accelerators", "min_accelerators", "vcpu", "ram_gb", "network_gbps"):
            assert getattr(offer, name) == (float(row[name]) if row[name] else None), (key, name)
        assert (offer.accelerator, offer.offer_class, offer.as_of) == (
            row["accelerator"], row["offer_class"], row["as_of"],
        )  # fmt: skip
        wanted = {flag for flag, texts in FLAG_TEXTS.items() if any(text in row["note"] for text in texts)}
        assert set(offer.flags) == wanted, key
        assert not any(text in (offer.note or "") for texts in FLAG_TEXTS.values() for text in texts)


def test_classes_flags_and_blocks_are_those_of_the_notes(catalogs: Catalogs) -> None:
    offers = catalogs.hardware.offers
    assert Counter(o.offer_class for o in offers) == {
        "cloud": 447, "hyperscaler": 324, "marketplace": 92, "community": 51,
    }  # fmt: skip
    flags = Counter(flag for o in offers for flag in o.flags)
    assert flags == {"spec_unverified": 80, "stale": 31, "low_confidence": 23, "derived": 15}
    blocks = {o.instance_type: o for o in offers if o.usd_per_hour_capacity_block is not None}
    assert blocks["p5.48xlarge"].usd_per_hour_capacity_block == 47.757
    assert blocks["u-p6e-gb200x72 (18x p6e-gb200.36xlarge)"].usd_per_hour_on_demand is None


def test_a_machine_is_named_by_what_stands_in_it(catalogs: Catalogs) -> None:
    """Errors of the first set of prices: a superchip sold as a module, cards with bridges sold as modules."""
    for offer in catalogs.hardware.offers:
        named = f"{offer.instance_type} {offer.provider}".lower()
        assert "gh200" not in named or offer.accelerator.startswith("gh200"), named
        if offer.interconnect and "bridge" in offer.interconnect:
            gpu = catalogs.hardware.accelerators[offer.accelerator].joined_by(offer.topology or "none")
            assert gpu.joined.inside.kind == "bridge_pair"
    sold = {(o.provider, o.accelerator) for o in catalogs.hardware.offers}
    for provider in ("vultr", "lambda", "spheron", "coreweave"):
        assert (provider, "gh200-96gb") in sold
    assert "vast" not in {provider for provider, _ in sold}


def test_attribution_stands_beside_the_prices(catalogs: Catalogs) -> None:
    """The licence of some prices asks for it."""
    licensed = [o for o in catalogs.hardware.offers if "gpurentalprices.com" in o.source]
    assert len(licensed) == 140
    assert all("CC BY 4.0" in o.source for o in licensed)
    assert "GPU rental price data by gpurentalprices.com" in (Path(__file__).parents[2] / "NOTICE").read_text()


def test_a_file_without_the_newer_columns_is_of_the_users_own(tmp_path: Path) -> None:
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / "mine.csv").write_text(PRICES + "me,box,here,h100-sxm,8,,,1.5,,,,,,2026-11-01,quote,\n")
    mine = next(o for o in HardwareCatalog(tmp_path).offers if o.provider == "me")
    assert (mine.offer_class, mine.min_accelerators, mine.flags) == ("own", None, ())


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ("cluod,,", "line 2: offer_class: .*got 'cluod'"),
        ("cloud,8,", "line 2: accelerators: 1 is below min_accelerators, 8"),
        ("cloud,,old", "line 2: flags: .*got 'old'"),
        ("cloud,,stale;derived", ""),
    ],
)
def test_the_newer_columns_are_checked(tmp_path: Path, cells: str, message: str) -> None:
    head = "provider,instance_type,region,accelerator,accelerators,usd_per_hour_on_demand,as_of,source,"
    (tmp_path / "prices").mkdir()
    rows = f"{head}offer_class,min_accelerators,flags\nme,box,here,h100-sxm,1,1.5,2026-11-01,quote,{cells}\n"
    (tmp_path / "prices" / "mine.csv").write_text(rows)
    if not message:
        offers = HardwareCatalog(tmp_path).offers
        assert next(o.flags for o in offers if o.provider == "me") == ("stale", "derived")
        return
    with pytest.raises(HardwareError, match=message):
        _ = HardwareCatalog(tmp_path).offers


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("H100", "h100-sxm"), ("h100 sxm", "h100-sxm"), ("A100-80GB", "a100-sxm-80gb"), ("NVIDIA B200", "b200"),
     ("Instinct MI300X", "mi300x"), ("RTX-4090-24GB", "rtx-4090"), ("NVIDIA A100-SXM4-80GB", "a100-sxm-80gb"),
     ("NVIDIA A100 80GB PCIe", "a100-pcie-80gb"), ("NVIDIA GeForce RTX 5090", "rtx-5090"), ("Tesla P40", "p40"),
     ("NVIDIA RTX 6000 Ada Generation", "rtx-6000-ada"), ("AMD Radeon RX 9070 XT", "rx-9070-xt"),
     ("NVIDIA RTX PRO 6000 Blackwell Server Edition", "rtx-pro-6000-blackwell-server"), ("Apple M5 Max", "m5-max"),
     ("NVIDIA RTX PRO 6000 Blackwell Workstation Edition", "rtx-pro-6000-blackwell-workstation")],
)  # fmt: skip
def test_aliases(catalogs: Catalogs, name: str, wanted: str) -> None:
    assert catalogs.hardware.accelerator(name).id == wanted


def test_unknown_gpu_gets_the_nearest_three(catalogs: Catalogs) -> None:
    with pytest.raises(HardwareError, match=r"nearest: .*, .*, "):
        catalogs.hardware.accelerator("H999")


def test_an_absent_peak_stays_absent(catalogs: Catalogs) -> None:
    assert catalogs.hardware.accelerator("A100 SXM 40GB").peak_dense_tflops.fp8 is None
    assert catalogs.hardware.accelerator("H100").peak_dense_tflops.fp4 is None


PRICES = (
    "provider,instance_type,region,accelerator,accelerators,vcpu,ram_gb,usd_per_hour_on_demand,usd_per_hour_spot,"
    "usd_per_hour_1y_reserved,usd_per_hour_3y_reserved,interconnect,network_gbps,as_of,source,note\n"
)


def test_overlay_prices_replace_and_add(tmp_path: Path) -> None:
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / "mine.csv").write_text(
        PRICES + "me,box,here,h100-sxm,8,,,1.5,,,,,,2026-11-01,quote,\n"
        "aws,p5.48xlarge,us-east-1,h100-sxm,8,,,1.0,,,,,3200,2026-11-01,quote,\n"
    )
    offers = HardwareCatalog(tmp_path).offers
    assert len(offers) == 915
    price = {(o.provider, o.instance_type, o.region): o.usd_per_hour_on_demand for o in offers}
    assert price["aws", "p5.48xlarge", "us-east-1"] == 1.0


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("me,box,here,h100-sxm,8,,,-1,,,,,,2026-11-01,quote,\n", "line 2.*usd_per_hour_on_demand"),
        ("me,box,here,h100-sxm,8,,,nan,,,,,,2026-11-01,quote,\n", "usd_per_hour_on_demand"),
        ("me,box,here,h100-sxn,8,,,1,,,,,,2026-11-01,quote,\n", "h100-sxn.*nearest"),
        ("me,box,here,h100-sxm,eight,,,1,,,,,,2026-11-01,quote,\n", "accelerators.*not a number"),
        ("me,box\n", "wrong number of cells"),
        ("me,box,here,h100-sxm,8,,,1,,,,,,yesterday,quote,\n", "as_of"),
        ("me,box,here,h100-sxm,8,,,1,,,,,,2025-13-45,quote,\n", "line 2: as_of: '2025-13-45' is no day"),
        ("me,box,here,h100-sxm,8,,,5e-324,,,,,,2026-11-01,quote,\n", "line 2: usd_per_hour_on_demand: .*got 5e-324"),
        ("me,box,here,h100-sxm,5e-324,,,1,,,,,,2026-11-01,quote,\n", "line 2: accelerators: .*got 5e-324"),
        ("", "a header without rows"),
    ],
)
def test_a_broken_price_file_is_one_line(tmp_path: Path, row: str, message: str) -> None:
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / "mine.csv").write_text(PRICES + row)
    with pytest.raises(HardwareError, match=message) as caught:
        _ = HardwareCatalog(tmp_path).offers
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(tmp_path: Path, end: str) -> None:
    (tmp_path / "prices").mkdir()
    rows = PRICES + "me,box,here,h100-sxm,8,,,1.5,,,,,,2026-11-01,quote,\n"
    (tmp_path / "prices" / "mine.csv").write_bytes(b"\xef\xbb\xbf" + rows.replace("\n", end).encode())
    assert len(HardwareCatalog(tmp_path).offers) == 915


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("model=3\n", "'model=3' is no column .nearest: "),
        ("provider,provider\n", "provider: stands twice"),
        ("provider,instance_type\n", "columns 'region', 'accelerator', .*are missing; needed are provider, "),
        ("", "columns 'provider', "),
    ],
)
def test_a_price_file_with_another_header_is_refused(tmp_path: Path, head: str, message: str) -> None:
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / "mine.csv").write_text(head)
    with pytest.raises(HardwareError, match=message):
        HardwareCatalog(tmp_path).offers  # noqa: B018


@pytest.mark.parametrize("text", ["accelerator = 3\n", "[[acelerator]]\nid = 'x'\n", "accelerator = []\n", ""])
def test_an_overlay_without_its_tables_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "accelerators").mkdir()
    (tmp_path / "accelerators" / "mine.toml").write_text(text)
    with pytest.raises(HardwareError, match=r"\[\[accelerator\]\]"):
        HardwareCatalog(tmp_path).accelerators  # noqa: B018


@pytest.mark.parametrize(("kind", "name"), [("accelerators", "a.toml"), ("prices", "p.csv")])
def test_an_overlay_that_is_no_file_or_not_readable_is_an_error_in_one_line(
    tmp_path: Path, kind: str, name: str
) -> None:
    folder = tmp_path / kind
    folder.mkdir()
    os.mkfifo(folder / name)
    with pytest.raises(HardwareError, match="not a regular file"):
        HardwareCatalog(tmp_path).offers  # noqa: B018
    (folder / name).unlink()
    (folder / name).write_text(f"a = {'1' * 5001}\n" if name.endswith("toml") else f"gpu,{'x' * 200_000}\n")
    with pytest.raises(HardwareError, match="not valid"):
        HardwareCatalog(tmp_path).offers  # noqa: B018


def test_names_known_before_their_records_are_those_of_the_records() -> None:
    for path in sorted((DATA / "accelerators").glob("*.toml")):
        records = read_accelerators(path)
        named = shipped_names(path)
        assert [(n.id, n.name, n.aliases) for n in named] == [(r.id, r.name, r.aliases) for r in records], path
        assert [n.record for n in named] == records
