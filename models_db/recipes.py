"""What a maker's quantization leaves in 16 bit, by its recipe. Reads `data/recipes.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from models_db.formats import find_format
from models_db.importers.modules import Selection
from models_db.importers.native import by_scheme
from models_db.importers.parts import order_of
from models_db.importers.schemes import Scheme
from models_db.matrices import matrices
from models_db.schema import Date, Lax, Model, ModelRecord, Moe, Native, StoredShare

DATA = Path(__file__).parent / "data" / "recipes.toml"
PartKind = Literal["linear", "ssm", "mla", "experts"]
Texts = Annotated[tuple[str, ...], Lax]
SAID = "said"
BITS = re.compile(r"(?<![\d.])(\d(?:\.\d{1,2})?)[ _-]?(?:bit|bpw)s?\b")
GROUP = re.compile(r"\bg(?:s|roup[-_ ]?size)?[-_ ]?(32|64|128)\b")
HEAD_BITS = 6
MLX_BITS = (3, 4, 5, 6, 8)


class StoredRule(ModelRecord):
    """Modules and the format that they are stored in."""

    format: str
    chosen: Texts


class Recipe(ModelRecord):
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


class _File(ModelRecord):
    checked: Date
    recipe: Annotated[tuple[Recipe, ...], Lax]


@cache
def recipes() -> tuple[Recipe, ...]:
    """All recipes, in the order in which they are tried."""
    return _File.model_validate(tomllib.loads(DATA.read_text(encoding="utf-8"))).recipe


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
    """The same where names tell bits: MLX (groups of 64 unless another is said), EXL3 (a mean of bits)."""
    text = name.strip().lower()
    bits = BITS.search(text)
    if bits is None:
        return None
    words, number = set(re.split(r"[^a-z0-9]+", text)), float(bits.group(1))
    if "exl3" in words and 1 <= number <= 8:
        return _exl3(number, model), "EXL3, mean bits of the layers as the name says, the head in 6"
    if "mlx" in words and number in MLX_BITS:
        group = GROUP.search(text)
        fmt = f"mlx_{int(number)}bit_g{group.group(1) if group else 64}"
        return Native(format=fmt), "MLX, the embedding and the head too"
    return None


def _exl3(bits: float, model: Model) -> Native:
    """EXL3: whole bits for each tensor, of which a name tells the mean."""
    low, more = int(bits), bits % 1
    scheme = Scheme(rest=f"exl3_{low}bpw", head=f"exl3_{HEAD_BITS}bpw")
    native, _ = by_scheme(scheme, "bf16", model, order_of(model.layers))
    if not more:
        return native
    fmt, said = find_format(native.format), {share.matrix for share in native.mix}
    between = {m.name for m in matrices(model) if m.role in fmt.roles} - said
    both = [
        StoredShare(matrix=name, format=f"exl3_{low + extra}bpw", part=part)
        for name in sorted(between)
        for extra, part in ((0, 1 - more), (1, more))
    ]
    return native.model_copy(update={"mix": (*native.mix, *both)})
