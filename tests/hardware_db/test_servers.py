from __future__ import annotations

import csv
from pathlib import Path

import pytest

from hardware_db.servers import ServerPrice, bought, servers
from planner.catalogs import Catalogs


def test_every_row_was_carried(shared: Path) -> None:
    with (shared / "facts" / "owned.csv").open() as handle:
        rows = {row["item"]: row for row in csv.DictReader(handle)}
    found = {p.item: p for p in bought()}
    assert set(found) == set(rows)
    for item, p in found.items():
        row = rows[item]
        assert (p.usd, p.as_of) == (float(row["usd"]), row["as_of"])
        assert p.usd_low == (float(row["usd_low"]) if row["usd_low"] else None)
        assert p.kw == (pytest.approx(float(row["power_w"]) / 1e3) if row["power_w"] else None)
        assert ("low_confidence" in p.flags) == ("LOW CONFIDENCE" in row["note"])


def test_parts_are_no_machines() -> None:
    kinds = [p.kind for p in bought()]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"server": 11, "card": 14, "host": 1, "part": 12}
    sold = " ".join(s.usd.source for s in servers())
    assert not any(p.item in sold for p in bought() if p.kind == "part")


def test_each_machine_stands_once_with_a_known_accelerator(catalogs: Catalogs) -> None:
    names = [(s.gpu, s.gpus) for s in servers()]
    assert len(set(names)) == len(names)
    assert {gpu for gpu, _ in names} <= set(catalogs.hardware.accelerators)
    assert {gpus for _, gpus in names} == {1, 2, 8, 72}


def test_the_newest_price_has_the_range_of_all_sources() -> None:
    server = next(s for s in servers() if s.name == "8x h100-sxm server")
    assert (server.usd.value, server.usd.low, server.usd.high) == (350_000, 250_000, 450_000)
    assert server.usd.as_of == "2026-05-07"


def test_a_card_stands_in_a_host_whose_power_is_that_of_whole_servers() -> None:
    card = next(s for s in servers() if s.gpu == "rtx-5090")
    assert (card.name, card.usd.value, card.usd.low, card.usd.high) == (
        "1x rtx-5090 workstation", 3750 + 13910, 3059 + 13910, 4000 + 13910,
    )  # fmt: skip
    assert card.kw.value == pytest.approx(0.575 + 0.25)
    assert card.flags == ("derived",)
    assert next(s for s in servers() if (s.gpu, s.gpus) == ("l40s", 1)).kind == "server"


def test_a_price_without_confidence_is_marked() -> None:
    assert [s.gpu for s in servers() if "low_confidence" in s.flags] == ["b300"]


@pytest.mark.parametrize("change", [{"usd": -1.0}, {"kind": "box"}, {"price": 3.0}, {"flags": "old"}, {"as_of": "new"}])
def test_rows_are_strict(change: dict[str, object]) -> None:
    row = {"item": "x", "kind": "server", "usd": 1.0, "as_of": "2026", "source": "x"}
    ServerPrice.model_validate(row)
    with pytest.raises(ValueError, match="validation error"):
        ServerPrice.model_validate(row | change)
