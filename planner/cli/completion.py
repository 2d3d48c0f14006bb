"""What the shell offers for an option: names from the catalogs, read as cheaply as they can be."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click


def _starting(names: Iterable[str], typed: str) -> list[str]:
    return [name for name in names if name.lower().startswith(typed.lower())]


def _overlay(ctx: click.Context) -> Path | None:
    """The user's own records; none where their directory cannot be used, as the shell has no place for an error."""
    from planner.cli.common import overlay
    from planner.errors import PlannerError

    try:
        return overlay(ctx.params.get("catalog"))
    except PlannerError:
        return None


def models(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
    """Model ids, by the whole id or by the part after the slash; no model is parsed."""
    from models_db.catalog import ModelCatalog

    ids = list(ModelCatalog(_overlay(ctx)).index)
    return _starting(ids, typed) or [name for name in ids if _starting([name.partition("/")[2]], typed)]


def gpus(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
    from hardware_db.catalog import HardwareCatalog

    return _starting((gpu.name for gpu in HardwareCatalog(_overlay(ctx)).accelerators.values()), typed)


def topologies(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
    """Those of the GPU that is named already, else all."""
    from hardware_db.catalog import HardwareCatalog

    named = ctx.params.get("gpus") or ctx.params.get("gpu")
    wanted = {named} if isinstance(named, str) else set(named or ())
    known = HardwareCatalog(_overlay(ctx)).accelerators.values()
    of_gpu = [gpu for gpu in known if wanted & {gpu.id, gpu.name, *gpu.aliases}] or list(known)
    return _starting(sorted({t.id for gpu in of_gpu for t in gpu.topologies}), typed)


def formats(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
    from models_db.formats import formats

    return _starting(formats(), typed)


def kv_formats(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
    from models_db.formats import kv_formats

    return _starting(kv_formats(), typed)


def engines(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
    from planner.physics.engines import engines

    return _starting(engines(), typed)


def presets(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
    from planner.request.presets import presets

    return _starting(presets(), typed)


def classes(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
    from typing import get_args

    from hardware_db.schema import OfferClass

    return _starting(get_args(OfferClass), typed)
