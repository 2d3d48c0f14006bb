"""The storage format of a published checkpoint, from its config: matrix by matrix where it is a mix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from models_db.formats import Format, formats
from models_db.importers.keys import Keys
from models_db.importers.modules import Leaf, leaves
from models_db.importers.schemes import Scheme, scheme_of
from models_db.matrices import matrices
from models_db.schema import Model, Native, StoredShare

DTYPES = {
    "bfloat16": "bf16", "float16": "fp16", "float32": "fp32", "float8_e4m3fn": "fp8", "bf16": "bf16", "fp16": "fp16",
}  # fmt: skip
HOLDERS = ("quantization_config", "quantization", "compression_config")
# Routers and the weights of indexers are never narrowed: engines hold them in 16 bit whatever a config says.
WIDE = ("router",)
EVEN = 1e-9


def with_quantization(config: Mapping[str, Any], extra: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """A config with what ModelOpt says in a file of its own, where the config itself says nothing of it."""
    stated = (extra or {}).get("quantization")
    if not isinstance(stated, Mapping):
        return config
    own = config.get("quantization_config")
    own = {key: value for key, value in own.items() if value} if isinstance(own, Mapping) else {}
    return {**config, "quantization_config": {**stated, "quant_method": "modelopt", **own}}


def stored_format(top: Keys, text: Keys) -> str:
    """What tensors are stored in that no quantization narrows."""
    stated = (k.raw(name) for k in (text, top) for name in ("dtype", "torch_dtype"))
    return DTYPES.get(str(next((dtype for dtype in stated if dtype), "")), "bf16")


def native_format(top: Keys, text: Keys, model: Model, order: Sequence[int]) -> tuple[Native, list[str]]:
    """The native format and notes about it; an unknown scheme is named, never guessed."""
    wide = stored_format(top, text)
    found = next(((k, name) for k in (top, text) for name in HOLDERS if name in k), None)
    if found is None:
        return Native(format=wide), []
    holder, name = found
    return by_scheme(scheme_of(holder.sub(name)), wide, model, order, beside=top)


def by_scheme(
    scheme: Scheme, wide: str, model: Model, order: Sequence[int], *, beside: Keys | None = None
) -> tuple[Native, list[str]]:
    """The native format of a model whose checkpoint follows rules; `beside` may name the type of the experts."""
    if beside is not None and str(beside.raw("expert_dtype") or "").lower() in ("fp4", "mxfp4"):
        scheme.experts = "mxfp4"
    if scheme.unknown is not None:
        return Native(format=wide), [f"quantization scheme {scheme.unknown!r} is not known"]
    parts = _elements(scheme, model, order)
    sums: dict[str, float] = defaultdict(float)
    for of_matrix in parts.values():
        for fmt, elements in of_matrix.items():
            sums[fmt] += elements
    narrow = {fmt: elements for fmt, elements in sums.items() if fmt != wide}
    if not narrow:
        return Native(format=wide), ["the quantization config leaves out all of the language model"]
    main = formats()[max(narrow, key=lambda fmt: narrow[fmt])]
    mix = tuple(share for name, part in parts.items() for share in _shares(name, part, main, model))
    notes = [f"the checkpoint has scales for a KV cache in {scheme.kv.upper()}"] if scheme.kv else []
    return Native(format=main.id, mix=mix, kv=scheme.kv), notes


def _elements(scheme: Scheme, model: Model, order: Sequence[int]) -> dict[str, dict[str, float]]:
    """Matrix -> format -> elements."""
    out: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for leaf in leaves(model, order):
        for fmt, share in _of(leaf, scheme):
            out[leaf.matrix][fmt] += share * leaf.elements
    return out


def _of(leaf: Leaf, scheme: Scheme) -> list[tuple[str, float]]:
    """The formats of one module, with the part of it that each has; 16 bit goes by the name of BF16."""
    left, found = 1.0, []
    if leaf.role in WIDE:
        return [("bf16", 1.0)]
    for chosen, fmt in ((scheme.ignored, None), *scheme.rules):
        part = min(left, chosen.share(leaf))
        if part > 0:
            found.append((fmt or "bf16", part))
            left -= part
    if left > EVEN:
        found.append((_rest(leaf, scheme) or "bf16", left))
    return found


def _rest(leaf: Leaf, scheme: Scheme) -> str | None:
    if leaf.role == "head":
        return scheme.head
    if leaf.role == "embedding":
        return scheme.head if scheme.head is not None and scheme.head.startswith("mlx") else None
    if leaf.role == "expert" and scheme.experts is not None:
        return scheme.experts
    if scheme.rest == "mxfp4" and leaf.role != "expert":
        return None
    return scheme.rest


def _shares(name: str, part: dict[str, float], main: Format, model: Model) -> list[StoredShare]:
    """What is to be said of a matrix: nothing where the format of most stores it as it stores any of its role."""
    total = sum(part.values())
    kept = {fmt: elements / total for fmt, elements in part.items() if elements > EVEN * total}
    by_role = main.id if _by_default(name, main, model) else "bf16"
    if list(kept) == [by_role]:
        return []
    return [StoredShare(matrix=name, format=fmt, part=min(1.0, share)) for fmt, share in sorted(kept.items())]


def _by_default(name: str, main: Format, model: Model) -> bool:
    plain = model.model_copy(update={"native": Native(format=main.id)})
    return any(main.covers(plain, matrix) for matrix in matrices(plain) if matrix.name == name)
