"""Storage formats of weights and of the KV cache, and the bits they spend on a matrix."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from models_db.gguf import mean_bits
from models_db.matrices import Matrix
from models_db.schema import Date, LatentAttention, Lax, LinearAttention, Model, Role, StoredShare
from planner.errors import ModelError, near
from planner.frozen import dataclass
from planner.shipped import records_of, shipped_toml

DATA = Path(__file__).parent / "data" / "formats.toml"
Bits = Annotated[float, Field(ge=0, le=64)]


@dataclass(frozen=True, kw_only=True)
class Format:
    """A weight storage format; see `data/formats.toml` for the meaning of each key."""

    id: str
    name: str
    kind: Literal["float", "int", "gguf"]
    bits: Bits
    scale_bits: Bits = 0.0
    zero_bits: Bits = 0.0
    loaded_zero_bits: Bits | None = None
    per: Literal["tensor", "channel", "group", "block"] = "tensor"
    group: Annotated[int, Field(ge=1, le=4096)] | None = None
    dealt: bool = False
    activation: Literal["bf16", "fp8", "int8", "fp4"] = "bf16"
    wide_bits: Bits = 16.0
    head_bits: Bits | None = None
    roles: Annotated[tuple[Role, ...], Lax] = ()
    gguf: str | None = None
    aliases: Annotated[tuple[str, ...], Lax] = ()
    compute: Literal["bf16", "fp32"] | None = None
    twin_of: str | None = None
    proposed: Literal["always", "if_native", "never"] = "always"
    remedy: bool = False
    wide_latent: bool = False
    coarser: str | None = None
    made_with: str = ""
    sources: Annotated[tuple[str, ...], Lax]
    checked: Date

    def __hash__(self) -> int:
        """By its id alone: records are keys of what is kept, and have many parts. Equality is of all of them."""
        return hash(self.id)

    def covers(self, model: Model, matrix: Matrix) -> bool:
        """Whether most of a matrix is stored in this format; a native checkpoint may leave some out."""
        shares, role = shares_of(self, matrix, model), matrix.role
        if shares:
            return sum(share.part for share in shares if share.format == self.id) > 1 / 2
        roles = model.native.roles if self.id == model.native.format and model.native.roles else self.roles
        if self.wide_latent and role == "attention" and is_latent(model):
            return False
        return role in roles

    @property
    def nominal_bits(self) -> float:
        """Bits of a value without its scales; of a mix of llama.cpp those in its name."""
        digit = re.search(r"\d", self.gguf or "")
        return float(digit.group()) if digit else self.bits

    @property
    def family(self) -> str:
        """The name under which kernels know it: all GGUF mixes run in the same ones."""
        return self.kind if self.gguf else self.id


def shares_of(fmt: Format, matrix: Matrix, model: Model) -> list[StoredShare]:
    """In which formats a checkpoint stores a matrix that it does not store as it does most; empty for others."""
    if fmt.id != model.native.format:
        return []
    return [share for share in model.native.mix if share.matrix == matrix.name]


def is_latent(model: Model) -> bool:
    return any(isinstance(mixer, LatentAttention) for group in model.layers for mixer in group.mixers)


@lru_cache(maxsize=512)
def delta_matrices(model: Model) -> frozenset[str]:
    """Names of the matrices of gated delta nets (`linear_attn` in checkpoints), empty where there are none."""
    mixers = [mixer for group in model.layers for mixer in group.mixers]
    held = any(isinstance(mixer, LinearAttention) and mixer.variant == "gated_delta" for mixer in mixers)
    return frozenset(("in_proj", "out_proj")) if held else frozenset()


@dataclass(frozen=True, kw_only=True)
class KvFormat:
    """A KV-cache format: `bits` an element, scales included; not `proposed`: considered where it is named."""

    id: str
    name: str
    bits: Bits
    aliases: Annotated[tuple[str, ...], Lax] = ()
    twin_of: str | None = None
    replaced_by: str | None = None
    proposed: bool = True
    remedy: bool = False
    coarser: str | None = None
    sources: Annotated[tuple[str, ...], Lax]
    checked: Date

    def __hash__(self) -> int:
        """By its id alone: records are keys of what is kept, and have many parts. Equality is of all of them."""
        return hash(self.id)


@cache
def _tables() -> tuple[dict[str, Format], dict[str, KvFormat]]:
    data = shipped_toml(DATA)
    weights, caches = records_of(Format, data["format"]), records_of(KvFormat, data["kv_format"])
    return {f.id: f for f in weights}, {f.id: f for f in caches}


def formats() -> dict[str, Format]:
    return _tables()[0]


def kv_formats() -> dict[str, KvFormat]:
    return _tables()[1]


def find_format(name: str) -> Format:
    """A weight format by id (GGUF types also by their own name); raises with the nearest three."""
    key = name.lower().replace("-", "_").replace(" ", "_")
    alias = next((fmt.id for fmt in formats().values() if key in fmt.aliases), "")
    for candidate in (key, f"gguf_{key}", alias):
        if candidate in formats():
            return formats()[candidate]
    close = ", ".join(near(key, formats()))
    raise ModelError(f"format: {name[:60]!r} is not known (nearest: {close})")


def served_format(model: Model, half: str) -> Format:
    """The format in which engines serve a checkpoint where none is asked for: its own, but FP32 is cast to the 16-bit
    type `half` of the GPU (`--dtype auto`)."""
    own = model.native.format
    return find_format(half if own == "fp32" else own)


def find_kv_format(name: str) -> KvFormat:
    """A cache format by id or alias, or two with a slash between, of K and of V; raises with the nearest three."""
    k, slash, v = name.partition("/")
    if slash:
        return _two_types(find_kv_format(k), find_kv_format(v))
    key = next((kv.id for kv in kv_formats().values() if name.lower() in kv.aliases), name.lower())
    if key in kv_formats():
        return kv_formats()[key]
    close = ", ".join(near(key, kv_formats()))
    raise ModelError(f"kv format: {name[:60]!r} is not known (nearest: {close})")


def _two_types(k: KvFormat, v: KvFormat) -> KvFormat:
    """A cache whose K and V have types of their own, of as many elements each; its loss is bounded by the narrower."""
    if k.id == v.id:
        return k
    return replace(
        k, id=f"{k.id}/{v.id}", name=f"K {k.name}, V {v.name}", bits=(k.bits + v.bits) / 2.0,
        coarser=min(k, v, key=lambda kv: kv.bits).id, aliases=(), twin_of=None, replaced_by=None, remedy=False,
    )  # fmt: skip


def weight_bits(fmt: Format, matrix: Matrix, model: Model, *, loaded: bool = False) -> float:
    """Mean bits an element of `matrix`, scales and zero points included: as stored, or as an engine holds it."""
    if fmt.gguf:
        # Biases of experts are tensors of their own, in FP32.
        return (matrix.cols * mean_bits(fmt.gguf, matrix, model) + 32.0 * matrix.bias) / (matrix.cols + matrix.bias)
    shares = shares_of(fmt, matrix, model)
    if shares:
        return sum(
            share.part * _bits(formats().get(share.format) or find_format(share.format), matrix, loaded=loaded)
            for share in shares
        )
    return _bits(fmt, matrix, loaded=loaded) if fmt.covers(model, matrix) else fmt.wide_bits


def _bits(fmt: Format, matrix: Matrix, *, loaded: bool) -> float:
    """Mean bits of a matrix that is stored in a format."""
    per_scale = {
        "tensor": float("inf"),
        "channel": matrix.cols,
        "group": fmt.group or 1,
        "block": (fmt.group or 1) ** 2,
    }[fmt.per]
    if fmt.head_bits is not None and matrix.role == "head":
        return fmt.head_bits + fmt.scale_bits / per_scale
    zero = fmt.loaded_zero_bits if loaded and fmt.loaded_zero_bits is not None else fmt.zero_bits
    return fmt.bits + (fmt.scale_bits + zero) / per_scale


def small_bits(fmt: Format) -> float:
    """Bits of a norm or bias element: GGUF keeps one-dimensional tensors in FP32."""
    return 32.0 if fmt.gguf or fmt.wide_bits == 32 else 16.0
