"""What a maker's quantization leaves in 16 bit, by its recipe. Reads `data/recipes.toml`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from models_db.formats import find_format, formats
from models_db.importers.modules import Selection
from models_db.importers.native import by_scheme
from models_db.importers.parts import order_of
from models_db.importers.schemes import Scheme
from models_db.matrices import matrices
from models_db.schema import Date, Lax, Model, Moe, Native, StoredShare
from planner.frozen import dataclass
from planner.shipped import record_of, records_of, shipped_toml

DATA = Path(__file__).parent / "data" / "recipes.toml"
PartKind = Literal["linear", "ssm", "mla", "experts"]
Texts = Annotated[tuple[str, ...], Lax]
SAID = "said"
BITS = re.compile(r"(?<![\d.])(\d(?:\.\d{1,2})?)[ _-]?(?:bit|bpw)s?\b")
GROUP = re.compile(r"\bg(?:s|roup[-_ ]?size)?[-_ ]?(32|64|128)\b")


@dataclass(frozen=True)
class StoredRule:
    """Modules and the format that they are stored in."""

    format: str
    chosen: Texts


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One recipe; see the head of the file for what each key means."""

    id: str
    owners: Texts = ()
    words: Texts = ()
    says: Texts
    has: Annotated[tuple[PartKind, ...], Lax] = ()
    lacks: Annotated[tuple[PartKind, ...], Lax] = ()
    rest: str | None = None
    rules: Annotated[tuple[StoredRule, ...], Lax] = ()
    ignore: Texts = ()
    head: str | None = None
    kv: str | None = None
    sources: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]

    def holds(self, owner: str, name: str, said: str, kinds: set[str]) -> bool:
        """Whether a checkpoint of these parts was made by it."""
        return (
            said in self.says
            and (not self.owners or owner in self.owners)
            and (not self.words or any(word in name for word in self.words))
            and kinds.issuperset(self.has)
            and kinds.isdisjoint(self.lacks)
        )

    def native(self, said: str, model: Model) -> Native:
        """How a model is stored by it."""
        rules = [(Selection(rule.chosen), find_format(rule.format).id) for rule in self.rules]
        rest = said if self.rest == SAID else self.rest
        scheme = Scheme(rest=rest, rules=list(rules), ignored=Selection(self.ignore), head=self.head, kv=self.kv)
        return by_scheme(scheme, "bf16", model, order_of(model.layers))[0]


@dataclass(frozen=True, kw_only=True)
class OfBits:
    """How a maker whose names have a word stores so many bits; `mean`: bits between two records are a mix of both."""

    word: str
    format: str
    group: int = 0
    mean: bool = False
    said: str

    def native(self, bits: float, group: str, model: Model) -> Native | None:
        """The format of so many bits, or the two that they lie between; None where there is none."""
        known = {n: self.format.format(bits=n, group=group) for n in range(1, 9)}
        known = {n: fmt for n, fmt in known.items() if fmt in formats()}
        low, high = (min(known, default=0), max(known, default=0))
        if not low <= bits <= high or (bits not in known and not self.mean):
            return None
        low, high = max(n for n in known if n <= bits), min(n for n in known if n >= bits)
        if low == high:
            return Native(format=known[low])
        more, main = (bits - low) / (high - low), find_format(known[low])
        names = sorted({m.name for m in matrices(model) if m.role in main.roles and m.role != "head"})
        pairs = ((known[low], 1 - more), (known[high], more))
        mix = tuple(StoredShare(matrix=name, format=fmt, part=part) for name in names for fmt, part in pairs)
        return Native(format=main.id, mix=mix)


@dataclass(frozen=True)
class _File:
    checked: Date
    by_bits: Annotated[tuple[OfBits, ...], Lax]
    recipe: Annotated[tuple[Recipe, ...], Lax]


@cache
def _file() -> _File:
    tables = shipped_toml(DATA)
    found = (record_of(Recipe, t, rules=records_of(StoredRule, t.get("rules", []))) for t in tables["recipe"])
    return record_of(_File, tables, by_bits=records_of(OfBits, tables["by_bits"]), recipe=tuple(found))


def recipes() -> tuple[Recipe, ...]:
    """All recipes, in the order in which they are tried."""
    return _file().recipe


def by_recipe(name: str, said: str, model: Model) -> tuple[Native, str] | None:
    """How the checkpoint `name` of a shape is stored, whose name says a format, and the recipe; None without one."""
    owner, _, short = name.strip().lower().rpartition("/")
    kinds = kinds_of(model)
    found = next((recipe for recipe in recipes() if recipe.holds(owner, short, said, kinds)), None)
    return None if found is None else (found.native(said, model), found.id)


def kinds_of(model: Model) -> set[str]:
    """Kinds of mixers, and whether there are experts."""
    kinds = {str(mixer.kind) for group in model.layers for mixer in group.mixers}
    experts = any(isinstance(ffn, Moe) for group in model.layers for ffn in group.ffns)
    return kinds | ({"experts"} if experts else set())


def by_bits(name: str, model: Model) -> tuple[Native, str] | None:
    """The same for makers whose names tell bits, whole ones or a mean of them."""
    text = name.strip().lower()
    bits, words = BITS.search(text), set(re.split(r"[^a-z0-9]+", text))
    maker = next((entry for entry in _file().by_bits if entry.word in words), None)
    if bits is None or maker is None:
        return None
    group = GROUP.search(text)
    native = maker.native(float(bits.group(1)), group.group(1) if group else str(maker.group), model)
    return None if native is None else (native, maker.said)
