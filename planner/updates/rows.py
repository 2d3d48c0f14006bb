"""Rows of a public list as offers: a machine that is not known is counted, never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isclose, isnan

from hardware_db.catalog import HardwareCatalog
from hardware_db.schema import Offer
from planner.errors import InputError, closest
from planner.files import table_in
from planner.updates.source import Source
from planner.words import inert

MOST_ROWS = 200_000
NEEDED = ("InstanceType", "AcceleratorName", "AcceleratorCount", "Region", "Price")
# What is of a machine wherever it stands, by field of an offer.
OF_MACHINE = (
    "accelerator", "accelerators", "vcpu", "ram_gb", "interconnect", "topology", "network_gbps", "offer_class",
    "min_accelerators",
)  # fmt: skip
PublicRow = Mapping[str | None, str | None]


@dataclass
class Read:
    """The cells of each offer by machine and region, and the rows of GPUs that are not known, by name."""

    offers: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)


def read_rows(text: str, url: str, source: Source, hardware: HardwareCatalog) -> Read:
    """The rows with GPUs of a public list; raises InputError, one line, that names the address and the line."""
    header, rows = table_in(text, url)
    for name in NEEDED:
        if name not in header:
            raise InputError(f"{url}: line 1: column {name!r} is missing (nearest: {', '.join(closest(name, header))})")
    shapes = {o.instance_type: o for o in hardware.published if o.provider == source.provider}
    found = Read()
    for line, row in enumerate(rows, 2):
        if line > MOST_ROWS:
            raise InputError(f"{url}: more than {MOST_ROWS:,} rows")
        if None in row or None in row.values():
            raise InputError(f"{url}: line {line}: wrong number of cells")
        if row["AcceleratorName"]:
            _add(found, row, f"{url}: line {line}", source, shapes)
    return found


def _add(found: Read, row: PublicRow, where: str, source: Source, shapes: Mapping[str, Offer]) -> None:
    gpu, theirs = row["AcceleratorName"] or "", row["InstanceType"] or ""
    count = _number(row, "AcceleratorCount", where)
    if count is None:
        return
    machine = source.named(theirs, gpu, count)
    known = shapes.get(machine or "")
    if machine is None or (known is None and source.machine is None):
        found.unknown[_short(gpu if source.machine else f"{theirs} ({gpu})")] += 1
    elif known is not None and not isclose(known.accelerators, count, rel_tol=0.01):
        found.unknown[_short(f"{theirs} ({count:g} x {gpu}, not {known.accelerators:g})")] += 1
    else:
        place = (machine, source.region or row["Region"] or "any")
        cells = found.offers.setdefault(place, _cells(source, known, gpu, count))
        _cheapest(cells, "usd_per_hour_on_demand", _number(row, "Price", where))
        _cheapest(cells, "usd_per_hour_spot", _number(row, "SpotPrice", where))


def _cells(source: Source, known: Offer | None, gpu: str, count: float) -> dict[str, str]:
    """What is known of a machine, as text."""
    if known is None:
        return {"accelerator": source.gpus[gpu], "accelerators": f"{count:g}", "offer_class": source.offer_class}
    values = {name: getattr(known, name) for name in OF_MACHINE}
    flags = {"flags": "spec_unverified"} if "spec_unverified" in known.flags else {}
    return {name: f"{v:g}" if isinstance(v, float) else str(v) for name, v in values.items() if v is not None} | flags


def _cheapest(cells: dict[str, str], name: str, usd: float | None) -> None:
    """The price of the cheapest zone of a region."""
    if usd is not None and usd < float(cells.get(name, "inf")):
        cells[name] = repr(usd)


def _number(row: PublicRow, name: str, where: str) -> float | None:
    """A cell as a number; None where it is empty, zero or no number by its own word (`nan`)."""
    text = row.get(name) or ""
    try:
        value = float(text) if text else 0.0
    except ValueError as error:
        raise InputError(f"{where}: {name}: {text[:40]!r} is not a number") from error
    if value < 0.0:
        raise InputError(f"{where}: {name}: {text[:40]!r} is below zero")
    return None if value == 0.0 or isnan(value) else value


def _short(name: str) -> str:
    return inert(name[:60])


def as_rows(read: Read, source: Source, stated: Mapping[str, str]) -> list[dict[str, str]]:
    """The offers as rows of a price file; `stated`: the day, the source and the note of all of them.

    A machine without a price is none; one that may be taken back costs less than one that may not, else it is left out.
    """
    rows: list[dict[str, str]] = []
    for (machine, region), cells in sorted(read.offers.items()):
        usd, spot = (cells.get(f"usd_per_hour_{name}") for name in ("on_demand", "spot"))
        if usd is not None and spot is not None and float(spot) >= float(usd):
            cells = {name: text for name, text in cells.items() if name != "usd_per_hour_spot"}
        if usd is not None or spot is not None:
            place = {"provider": source.provider, "instance_type": machine, "region": region}
            rows.append({**place, **cells, **stated})
    return rows


def counts(names: Iterable[tuple[str, int]], most: int = 6) -> str:
    """Names with how often each stands, the most frequent first: `K80 (3), M60 (2) and 4 more`."""
    ordered: Sequence[tuple[str, int]] = sorted(names, key=lambda item: (-item[1], item[0]))
    shown = ", ".join(f"{name} x{count}" for name, count in ordered[:most])
    return f"{shown} and {len(ordered) - most} more" if len(ordered) > most else shown
