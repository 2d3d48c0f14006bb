"""Hashes that tell whether two reports were made from the same input, prices, catalogs and calibration."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from hashlib import sha256
from typing import Any

from pydantic import BaseModel

from planner.catalogs import Catalogs
from planner.document.record import ReportInput, Stamps
from planner.physics.coefficients import Coefficients


def digest(value: object) -> str:
    """SHA-256 of a value of plain parts, records and tables, in an order that does not depend on how it was made."""
    text = json.dumps(_plain(value), sort_keys=True, ensure_ascii=True, allow_nan=True)
    return sha256(text.encode("ascii")).hexdigest()


def asked_for(request: dict[str, Any], terms: dict[str, Any] | None, options: dict[str, Any]) -> ReportInput:
    """What was asked, with its hash."""
    return ReportInput(request=request, terms=terms, options=options, sha256=digest([request, terms, options]))


def stamps(catalogs: Catalogs, coefficients: Coefficients, models: Iterable[str]) -> Stamps:
    """The hashes of what answers about `models` were made from."""
    hardware = catalogs.hardware
    machines = [list(hardware.accelerators.items()), list(hardware.topologies.items())]
    known = [catalogs.models.find(name).model for name in models]
    return Stamps(
        prices_sha256=digest(hardware.offers), catalog_sha256=digest([machines, known]),
        calibration_sha256=digest(coefficients),
    )  # fmt: skip


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return [type(value).__name__, value.model_dump(mode="json")]
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, [[f.name, _plain(getattr(value, f.name))] for f in fields(value)]]
    if hasattr(value, "items"):
        return sorted(([str(key), _plain(each)] for key, each in value.items()), key=lambda pair: str(pair[0]))
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted((_plain(each) for each in value), key=str)
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
