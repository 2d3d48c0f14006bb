"""Prices of the tests' own, of every class, so that they do not hang on those in the box."""

from __future__ import annotations

from pathlib import Path

from hardware_db.catalog import HardwareCatalog
from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.plan.context import Context

HEAD = (
    "provider,instance_type,region,accelerator,accelerators,usd_per_hour_on_demand,usd_per_hour_capacity_block,"
    "offer_class,min_accelerators,flags,as_of,source\n"
)
ROWS = (
    "big,one,here,l40s,1,2.00,1.20,hyperscaler,1,,2026-11-01,list\n"
    "small,one,here,l40s,1,1.50,,cloud,1,derived,2026-03-01,list\n"
    "bazaar,one,here,l40s,1,0.60,,marketplace,1,,2026-09-20,list\n"
    "homes,one,here,l40s,1,0.59,,community,1,low_confidence,2026-09-20,list\n"
)
PROVIDERS = ["big", "small", "bazaar", "homes"]


def overlay(folder: Path, rows: str = ROWS) -> Path:
    """The folder with one file of prices."""
    (folder / "prices").mkdir()
    (folder / "prices" / "mine.csv").write_text(HEAD + rows)
    return folder


def context_of(folder: Path, catalogs: Catalogs, coefficients: Coefficients) -> Context:
    """A context whose offers are those of the box and of the folder."""
    return Context(Catalogs(catalogs.models, HardwareCatalog(folder)), coefficients)
