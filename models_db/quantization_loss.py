"""Measured quality loss of a format: of the same model where there is evidence, else of the nearest that has some."""

from __future__ import annotations

import csv
import math
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import models_db
from models_db.matrices import total_params
from models_db.schema import Lax, Model, ModelRecord

DATA = Path(models_db.__file__).parent / "data" / "quant_loss.csv"
NAMES = DATA.with_name("quant_schemes.toml")
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*[bB]\b")
PERPLEXITY = re.compile(r"perplexity|ppl", re.IGNORECASE)
NO_QUALITY = re.compile(r"size|bits per weight|divergence|delta-p|KLD|Same top|finding|Mean", re.IGNORECASE)
AVERAGES = re.compile(r"average|avg|OpenLLM", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Loss:
    """Share of the unquantized quality that is kept [%], in whose measurement, on which model, from where."""

    model: str
    scheme: str
    metric: str
    kept_pct: float
    source: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A loss and whether it was measured on the model asked about or on its nearest."""

    loss: Loss
    same_model: bool


class SchemeNames(ModelRecord):
    """How the sources name families of models and schemes."""

    families: Annotated[tuple[str, ...], Lax]
    schemes: Annotated[tuple[Annotated[tuple[re.Pattern[str], str], Lax], ...], Lax]


@cache
def _names() -> SchemeNames:
    return SchemeNames.model_validate(tomllib.loads(NAMES.read_text(encoding="utf-8")))


def format_of(scheme: str) -> str | None:
    """The format a scheme of the sources means, `kv ...` for caches; None for what has no kernel here."""
    if scheme.startswith("GGUF "):
        name = scheme.removeprefix("GGUF ").split(" ")[0].lower()
        return f"gguf_{name}" if re.fullmatch(r"i?q\d_\w+", name) else None
    return next((found for pattern, found in _names().schemes if pattern.search(scheme)), None)


@cache
def losses() -> dict[str, tuple[Loss, ...]]:
    """By format; rows that state no comparable quality are left out."""
    found: dict[str, list[Loss]] = {}
    with DATA.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            name, kept = format_of(row["scheme"]), _kept(row)
            if name is not None and kept is not None:
                loss = Loss(row["model"], row["scheme"], row["metric"], kept, row["source"])
                found.setdefault(name, []).append(loss)
    return {name: tuple(rows) for name, rows in found.items()}


def _kept(row: dict[str, str]) -> float | None:
    """Percent kept: stated, or from both figures; of a perplexity its inverse ratio."""
    if NO_QUALITY.search(row["metric"]) and not AVERAGES.search(row["metric"]):
        return None
    if row["recovery_pct"]:
        return float(row["recovery_pct"])
    if row["metric"] == "MMLU loss" and row["delta"]:
        return 100.0 + float(row["delta"])
    if not (row["baseline"] and row["quantized"]) or float(row["baseline"]) <= 0 or float(row["quantized"]) <= 0:
        return None
    ratio = float(row["quantized"]) / float(row["baseline"])
    return 100.0 / ratio if PERPLEXITY.search(row["metric"]) else 100.0 * ratio


def evidence(fmt: str, model: Model) -> Evidence | None:
    """The evidence of the nearest model: its middle average, else its middle task; None where there is none."""
    rows = losses().get(fmt, ())
    if not rows:
        return None
    name, size = model.id.split("/")[-1], total_params(model) / 1e9
    least = min(_distance(r.model, name, size) for r in rows)
    near = [r for r in rows if _distance(r.model, name, size) == least]
    ranked = sorted(near, key=lambda r: r.kept_pct)
    for wanted in (_is_average, _is_task, lambda r: True):
        kept = [r for r in ranked if wanted(r)]
        if kept:
            middle = kept[(len(kept) - 1) // 2]
            return Evidence(middle, _same(middle.model, name))
    return None


def _is_average(loss: Loss) -> bool:
    return bool(AVERAGES.search(loss.metric)) and not PERPLEXITY.search(loss.metric)


def _is_task(loss: Loss) -> bool:
    return not PERPLEXITY.search(loss.metric)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", re.sub(r"(?i)-(instruct|chat|hf|it|\d{4})\b", "", name.lower()))


def _same(known: str, name: str) -> bool:
    return _plain(known.split(" (")[0]) == _plain(name)


def _distance(known: str, name: str, size: float) -> float:
    """0 for the same model; then by family, then by the ratio of sizes."""
    if _same(known, name):
        return 0.0
    family = next((f for f in _names().families if f in name.lower()), "")
    other = next((f for f in _names().families if f in known.lower()), "-")
    found = SIZE.search(known)
    ratio = abs(math.log((float(found.group(1)) if found else size) / max(size, 1e-3)))
    return 1.0 + ratio + (10.0 if family != other else 0.0)
