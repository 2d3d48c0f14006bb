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


def providers(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
    """Providers of the price list and of the user's own, by their ids; by another name where no id begins so."""
    from hardware_db.catalog import HardwareCatalog
    from hardware_db.providers import provider_names

    ids = list(dict.fromkeys(offer.provider for offer in HardwareCatalog(_overlay(ctx)).offers))
    others = [name for names in provider_names().values() for name in names]
    return _starting(ids, typed) or _starting(others, typed)


def regions(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
    """Regions of the providers that are named, else of all."""
    from hardware_db.catalog import HardwareCatalog
    from hardware_db.providers import provider_id

    named = {provider_id(name) for name in ctx.params.get("providers") or ()}
    offers = HardwareCatalog(_overlay(ctx)).offers
    return _starting(dict.fromkeys(o.region for o in offers if not named or o.provider in named), typed)


def grids(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
    from hardware_db.grids import grids

    return _starting(grids(), typed)


def apis(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
    """APIs with a price, by the whole name or by the part after the slash."""
    from planner.tco.apis import api_names

    names = api_names()
    return _starting(names, typed) or [name for name in names if _starting([name.partition("/")[2]], typed)]


def terms(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
    """Terms of owning and of starting, each with what stands after it."""
    from hardware_db.ownership import owning_terms, starting_terms

    return _starting((f"{name}=" for name in (*owning_terms(), *starting_terms())), typed)


def benchmarks(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
    from models_db.quality import benchmarks

    return _starting(benchmarks(), typed)


def explained(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
    """GPUs, formats, engines and providers: what may be asked about."""
    found = [*gpus(ctx, param, typed), *formats(ctx, param, typed), *engines(ctx, param, typed)]
    return [*found, *providers(ctx, param, typed)]


def terms_explained(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
    """Words of the glossary and formats."""
    from planner.glossary import terms

    words = [name.strip() for term in terms() for name in term.names.split(",")]
    return [*_starting(words, typed), *formats(ctx, param, typed)]


def targets(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
    """What a plan can be exported to."""
    from planner.export.targets import TARGETS

    return _starting(TARGETS, typed)
