"""Providers by what people call them. Reads `data/providers.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from planner.errors import closest
from planner.shipped import shipped_toml

DATA = Path(__file__).parent / "data" / "providers.toml"


@cache
def provider_names() -> dict[str, list[str]]:
    """The other names of each provider of the price list, by its id there."""
    return shipped_toml(DATA)


@cache
def _ids() -> dict[str, str]:
    return {_key(name): provider for provider, names in provider_names().items() for name in (provider, *names)}


@cache
def provider_id(name: str) -> str:
    """The id of a provider by any of its names; a name that is none of these is itself.

    >>> provider_id("Amazon"), provider_id("Google Cloud"), provider_id("our own")
    ('aws', 'gcp', 'our own')
    """
    return _ids().get(_key(name), name)


def nearest_providers(name: str, known: Iterable[str]) -> list[str]:
    """The ids nearest to a name that is not known, by all names of those that are `known`.

    >>> nearest_providers("amazn", ["aws", "azure"])[0]
    'aws'
    """
    ids = {other: provider for provider in known for other in (provider, *provider_names().get(provider, ()))}
    return list(dict.fromkeys(ids[other] for other in closest(name.lower(), ids)))


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.lower())
