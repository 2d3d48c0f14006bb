"""The planner, what the form offers from its catalogs, and their records as rows; files that are taken into them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.frozen import dataclass

if TYPE_CHECKING:
    from planner.catalogs import Catalogs
    from planner.planner import Planner
    from tui.root import Root
    from tui.widgets.columns import GridRow


@dataclass(frozen=True, slots=True)
class CatalogNames:
    """The planner; names of models, choices by kind, and the choice that each other name alone means."""

    planner: Planner
    models: list[str]
    choices: dict[str, tuple[str, ...]]
    usual: dict[str, str]


@dataclass(frozen=True, slots=True)
class CatalogRecords:
    """By kind, GPUs, models and prices: records, and their rows."""

    records: dict[str, list[Any]]
    rows: dict[str, list[GridRow]]


@dataclass(frozen=True, slots=True)
class Adopted:
    """What was taken in, in words."""

    said: str


def read(folder: Path | None) -> CatalogNames:
    """With the user's own records. Raises PlannerError."""
    from planner.overlay import user_catalog
    from planner.planner import Planner

    own = folder or user_catalog()
    planner = Planner(own if own.is_dir() else None)
    hardware, choices = planner.catalogs.hardware, planner.choices
    offered = {hardware.id_of(name): name for name in choices["gpus"]}
    usual = {name: offered[gpu] for name, gpu in hardware.usual.items() if gpu in offered}
    models = planner.catalogs.models
    return CatalogNames(planner, models.names, choices, {**models.families, **usual})


def records_job(planner: Planner) -> CatalogRecords:
    return CatalogRecords(*catalog_rows(planner.catalogs))


def adopted_job(path: Path, catalog: Path | None, root: Root) -> Adopted:
    from planner.overlay import adopt, user_catalog

    return Adopted(adopt(root.read(path), catalog or user_catalog()))


def catalog_rows(catalogs: Catalogs) -> tuple[dict[str, list[Any]], dict[str, list[GridRow]]]:
    """The records and their rows, by kind."""
    from models_db.matrices import active_params, total_params

    gpus = list(catalogs.hardware.accelerators.values())
    models = catalogs.models.all()
    offers = list(catalogs.hardware.offers)
    rows: dict[str, list[GridRow]] = {
        "gpus": [
            (g.name, g.memory_bytes / 2**30, g.bandwidth_bytes_per_s / 1e9, g.peak_dense_tflops.bf16,
             g.peak_dense_tflops.fp8, g.peak_dense_tflops.fp4, g.tdp_w, g.generation)
            for g in gpus
        ],
        "models": [
            (m.id, total_params(m) / 1e9, active_params(m) / 1e9, m.n_layers, m.max_context, m.native.format)
            for m in models
        ],
        "prices": [
            (o.provider, o.accelerator, o.accelerators, o.usd_per_hour_on_demand, o.usd_per_hour_spot,
             o.usd_per_hour_1y_reserved, o.instance_type, o.offer_class, o.region, o.as_of)
            for o in offers
        ],
    }  # fmt: skip
    return {"gpus": gpus, "models": models, "prices": offers}, rows
