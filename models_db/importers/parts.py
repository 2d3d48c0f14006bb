"""What a family builder returns: the shape of a model, before the record is validated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from models_db.importers.keys import Keys
from models_db.schema import Layers


@dataclass(slots=True)
class Parts:
    """Fields of a Model that come from the language part of a config."""

    hidden: int
    vocab: int
    tied: bool
    layers: tuple[Layers, ...]
    max_context: int | None = None
    rope_positions: int | None = None
    small_params: int = 0
    lookup_params: int = 0
    unplaced_params: int = 0
    mtp_layers: int = 0
    mtp_params: int = 0
    tower_params: int = 0
    task: Literal["generate", "embed"] = "generate"
    notes: list[str] = field(default_factory=list)

    def fields(self) -> dict[str, Any]:
        out = {name: getattr(self, name) for name in self.__slots__ if name not in ("tied", "notes", "tower_params")}
        return out | {"tied_embeddings": self.tied}


class Grouped(tuple[Layers, ...]):
    """Groups of equal layers, and the group of each layer in the order in which they stand in the model."""

    order: tuple[int, ...]


def grouped(layers: Iterable[Layers]) -> tuple[Layers, ...]:
    """Merge equal layers (count 1 each) into groups, in order of first appearance."""
    counts: dict[Layers, int] = {}
    order: list[int] = []
    places: dict[Layers, int] = {}
    for layer in layers:
        counts[layer] = counts.get(layer, 0) + layer.count
        order += [places.setdefault(layer, len(places))] * layer.count
    out = Grouped(layer.model_copy(update={"count": n}) for layer, n in counts.items())
    out.order = tuple(order)
    return out


def order_of(layers: tuple[Layers, ...]) -> tuple[int, ...]:
    """The group of each layer; groups that were not merged follow one another."""
    if isinstance(layers, Grouped):
        return layers.order
    return tuple(i for i, group in enumerate(layers) for _ in range(group.count))


def context(k: Keys) -> int | None:
    names = ("max_position_embeddings", "max_seq_len", "seq_length", "n_positions", "model_max_length")
    return k.count(*names) if k.has(*names) else None


def rope_positions(k: Keys) -> int | None:
    """Rows of the RoPE table where linear scaling stretches it beyond the context."""
    scaling = k.raw("rope_scaling") or k.raw("rope_parameters")
    limit = context(k)
    if not isinstance(scaling, dict) or (scaling.get("rope_type") or scaling.get("type")) != "linear":
        return None
    return int((limit or 131072) * Keys(scaling, "rope_scaling").number("factor", 1.0))


def head_dim(k: Keys, hidden: int, heads: int) -> int:
    return k.count("head_dim", "attention_head_dim", default=max(1, hidden // heads))
