"""The storage format of a checkpoint: as its files say where they were read, else as its name says.

Reads `data/checkpoints.toml` and `data/checkpoint_formats.toml`.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from models_db.formats import Format, find_format
from models_db.schema import Date, Lax, Model, ModelRecord, Native, StoredShare
from planner.errors import ModelError
from planner.frozen import dataclass
from planner.shipped import record_of, records_of, shipped_toml

DATA = Path(__file__).parent / "data" / "checkpoint_formats.toml"
LISTED = DATA.with_name("checkpoints.toml")
MIX = re.compile(r"\b(i?q\d_(?:k_[sml]|k|[01]|nl|xxs|xs|s|m)|q8_0)\b")
DYNAMIC_MIX = re.compile(r"(?<![a-z0-9])(q\d_k_xl)(?![a-z0-9])")
PLAIN_MIX = re.compile(r"(?<![a-z0-9])(f16|f32|bf16)(?![a-z0-9])")
GGUF = "gguf"
WIDE_BITS = 16
Texts = Annotated[tuple[str, ...], Lax]


class WordMeaning(ModelRecord):
    """Words of a cell or a name, and what they mean."""

    words: Texts
    means: str


@dataclass(frozen=True, kw_only=True)
class Precise:
    """What a stated format means for some checkpoints; None is the checkpoint's own."""

    said: Texts
    own: Texts = ()
    in_name: Texts = ()
    means: str | None = None
    why: str

    def holds(self, said: str, own: str, name: str) -> bool:
        """Whether it is about this format of a checkpoint stored in `own` and named `name`."""
        every = not self.own and not self.in_name
        return said in self.said and (every or own in self.own or any(word in name.lower() for word in self.in_name))


@dataclass(frozen=True)
class CheckpointFormats:
    """All of `checkpoint_formats.toml`."""

    checked: Date
    usual_mix: str
    kept_in_gguf: dict[str, str]
    unread: Texts
    undone: Texts
    named: Annotated[tuple[WordMeaning, ...], Lax]
    dynamic: dict[str, str]
    short: dict[str, str]
    precise: Annotated[tuple[Precise, ...], Lax]


class Listed(ModelRecord):
    """A checkpoint with the shapes of the record `base`, stored as its files say; see `checkpoints.toml`."""

    id: str
    base: str
    format: str
    kv: str | None = None
    mix: Annotated[tuple[StoredShare, ...], Lax] = ()
    sources: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]

    @property
    def native(self) -> Native:
        return Native(format=self.format, mix=self.mix, kv=self.kv, checkpoint=self.id)


class _Lists(ModelRecord):
    checked: Date
    checkpoint: Annotated[tuple[Listed, ...], Lax]


@cache
def listed_checkpoints() -> dict[str, Listed]:
    """Checkpoints whose files were read, by id in lower case and by the part after the slash."""
    table = _Lists.model_validate(shipped_toml(LISTED)).checkpoint
    short = {entry.id.lower().rpartition("/")[2]: entry for entry in table}
    return short | {entry.id.lower(): entry for entry in table}


@cache
def checkpoint_formats() -> CheckpointFormats:
    """The file, read once."""
    tables = shipped_toml(DATA)
    named = tuple(map(WordMeaning.model_validate, tables["named"]))
    return record_of(CheckpointFormats, tables, named=named, precise=records_of(Precise, tables["precise"]))


def meant(words: Sequence[WordMeaning], text: str) -> str | None:
    """What the first entry with a word in `text` means."""
    return next((entry.means for entry in words if any(word in text for word in entry.words)), None)


def mix_in(text: str) -> str | None:
    """The llama.cpp mix in a text of lower case."""
    found = MIX.search(text)
    return found.group(1) if found else None


def named_format(text: str) -> str | None:
    """The format whose word stands in a text of lower case, by id; mixes of llama.cpp are left to `mix_in`."""
    return meant(checkpoint_formats().named, text)


def precise(fmt: str, own: str, name: str) -> str:
    """What a stated format means for a checkpoint stored in `own`: its blocks, its group, its experts alone."""
    rule = next((rule for rule in checkpoint_formats().precise if rule.holds(fmt, own, name)), None)
    return fmt if rule is None else rule.means or own


def stored(name: str, model: Model) -> tuple[Model, str | None]:
    """The record of a shape as the checkpoint `name` stores it, and the recipe where one is known.

    It is the record itself where the name says nothing else.

    Raises ModelError where the name says a format that has no record.
    """
    from models_db.recipes import by_bits, by_recipe

    told = by_bits(name, model)
    if told is not None:
        return in_format(model, told[0].model_copy(update={"checkpoint": name})), told[1]
    said = _said(name, model.native.format)
    born = model.native.made_from or model.native.format
    known = None if said is None or said == model.native.format else by_recipe(name, said, model)
    if known is not None:
        return in_format(model, known[0].model_copy(update={"checkpoint": name})), known[1]
    fmt = find_format(born if said is None else precise(said, model.native.format, name))
    return in_format(model, Native(format=fmt.id, checkpoint=name)), None


def in_format(model: Model, native: Native) -> Model:
    """The record as another checkpoint of it is stored: in the format that it was born in, or made from that."""
    own, born = model.native, model.native.made_from or model.native.format
    wide = is_wide(find_format(born))
    said = (native.roles, native.mix)
    if native.format == own.format and (not any(said) or said == (own.roles, own.mix)):
        return model
    if native.format == born or (wide and is_wide(find_format(native.format))):
        return model if own.made_from is None else model.model_copy(update={"native": Native(format=born)})
    return model.model_copy(update={"native": native.model_copy(update={"made_from": born})})


def in_name(name: str, model: Model) -> Model:
    """The record with the name under which a checkpoint of its shapes is found."""
    return model.model_copy(update={"native": model.native.model_copy(update={"checkpoint": name})})


def is_wide(fmt: Format) -> bool:
    """Whether a format keeps 16 bits or more of every weight."""
    return fmt.gguf is None and fmt.bits >= WIDE_BITS


def is_converted(model: Model) -> bool:
    """Whether a checkpoint was quantized from another one: other formats are made from that one, not from this."""
    return model.native.made_from is not None and not is_wide(find_format(model.native.format))


def stated_format(name: str, model: Model) -> Format:
    """The weight format that is asked for by name; raises ModelError where it is not made from this checkpoint.

    A name of a checkpoint does not tell groups and scales, so all formats of its kind and bits may be stated.
    """
    fmt, own = find_format(name), find_format(model.native.format)
    if is_converted(model) and (fmt.kind, fmt.bits) != (own.kind, own.bits):
        checkpoint = model.native.checkpoint
        of = f"{fmt.id} is made from {model.id}: name that" if checkpoint else f"{fmt.id} is made from another"
        raise ModelError(f"weights: {(checkpoint or model.id)[:120]} is stored in {own.id}; {of}")
    return fmt


def _said(name: str, own: str) -> str | None:
    """The format that a checkpoint's name says, by id; None where it says none. A name that says GGUF without the mix
    is of the usual one, or of the record's own."""
    text, known = name.strip().lower().rpartition("/")[2], checkpoint_formats()
    words = re.split(r"[^a-z0-9]+", text)
    if any(word in words for word in known.undone):
        return None
    unread = next((word for word in words if word in known.unread), None)
    if unread:
        raise ModelError(
            f"model: {name[:120]!r} is stored in {unread}, which no engine here loads; name its base model"
        )
    dynamic, plain = DYNAMIC_MIX.search(text), PLAIN_MIX.search(text)
    mix = known.dynamic[dynamic.group(1).upper()].lower() if dynamic else mix_in(text)
    if mix is None and GGUF in words:
        if own in known.kept_in_gguf:
            return None if plain else known.kept_in_gguf[own]
        mix = plain.group(1) if plain else named_format(text) or known.usual_mix
    return known.short.get(mix, mix) if mix else named_format(text)
