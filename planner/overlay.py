"""Add a user's own records to the overlay of the catalogs: they are checked first, and written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from hardware_db.catalog import HardwareCatalog, read_accelerators
from hardware_db.price_rows import MAX_FILE_BYTES, read_offers
from hardware_db.schema import Offer
from models_db.export import save
from models_db.importers.any import read_any
from planner.errors import InputError
from planner.files import bounded_text, table_of
from planner.words import counted
from planner.writing import replacing


def user_catalog() -> Path:
    """The user's own directory of records, whether it is there or not."""
    from platformdirs import user_config_path

    return user_config_path("gpuplan") / "catalog"


def adopt(source: Path, overlay: Path) -> str:
    """Add a model (config.json, checkpoint folder, GGUF, safetensors), accelerators (.toml) or prices (.csv).

    Says what was added.
    """
    if source.suffix.lower() == ".csv":
        return import_prices(source, overlay)
    if source.suffix.lower() == ".toml":
        return _accelerators(source, overlay)
    found = read_any(source)
    if found.model is None:
        raise InputError(f"{source}: the file does not state a whole model")
    return f"{found.model.id} saved as {save(found.model, overlay)}"


def _accelerators(source: Path, overlay: Path) -> str:
    """A file of [[accelerator]] tables, under the same name; a file there that holds other records is not replaced."""
    names = {record.id for record in read_accelerators(source)}
    if not names:
        raise InputError(f"{source}: no [[accelerator]] tables")
    target = overlay / "accelerators" / source.name
    lost = {record.id for record in read_accelerators(target)} - names if os.path.exists(target) else set()
    if lost:
        raise InputError(f"{target}: is there already and holds {', '.join(sorted(lost))}; give the file another name")
    text = bounded_text(source, MAX_FILE_BYTES)
    with replacing(target) as out:
        out.write(text)
    return f"{', '.join(sorted(names))} saved as {target}"


def import_prices(source: Path, overlay: Path) -> str:
    """A list of prices under its own name, the whole file or nothing; a list of that name there is replaced.

    Raises PlannerError, one line, with the nearest accelerator for one that is not known.
    """
    if source.suffix.lower() != ".csv":
        raise InputError(f"{source}: expected a .csv file")
    hardware = HardwareCatalog(overlay if os.path.isdir(overlay) else None)
    offers = hardware.offers_of(source)
    for line, offer in enumerate(offers, 2):
        if not any(value is not None for name, value in offer if name.startswith("usd_per_hour")):
            raise InputError(f"{source}: line {line}: {' '.join(offer.key)[:100]} has no price")
    target = overlay / "prices" / source.name
    gone = (
        {offer.key for offer in read_offers(target)} - {offer.key for offer in offers}
        if os.path.exists(target)
        else set()
    )
    write_offers(target, offers)
    lost = f"; gone from what stood there: {counted(len(gone), 'offer')}" if gone else ""
    return f"{counted(len(offers), 'offer')} saved as {target}{lost}{_taken_as(source, hardware)}"


def _taken_as(source: Path, hardware: HardwareCatalog) -> str:
    """Which GPU each name of the list is taken as that is no id."""
    _, rows = table_of(source, MAX_FILE_BYTES)
    names = dict.fromkeys(str(row["accelerator"]) for row in rows)
    taken = [f"{name} is taken as {hardware.id_of(name)}" for name in names if name not in hardware.accelerators]
    return f"; {', '.join(taken)}" if taken else ""


def write_offers(target: Path, offers: list[Offer]) -> None:
    """A file of prices with these offers, in one step. Raises OutputError."""
    with replacing(target) as out:
        out.write(_rows(offers))


def _rows(offers: list[Offer]) -> str:
    """The offers as a file of prices."""
    import csv
    import io

    text = io.StringIO()
    table = csv.DictWriter(text, Offer.model_fields, lineterminator="\n")
    table.writeheader()
    for offer in offers:
        cells = offer.model_dump(exclude_none=True) | {"flags": ";".join(offer.flags)}
        table.writerow(cells)
    return text.getvalue()
