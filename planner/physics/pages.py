"""vLLM's pages where layers differ: groups of layers with pages of one size, and what a sequence takes of them.

Source: vllm/v1/kv_cache_interface.py (`max_memory_usage_bytes` of each kind), vllm/v1/core/kv_cache_utils.py
(`_get_kv_cache_groups_uniform_page_size`): the smallest kind sets the layers of a group, all pages have the size of the
largest, and a layer with a narrower token holds more of them a page.
"""

from __future__ import annotations

import numpy as np

from models_db.cache import CacheLayer, cache_layers
from models_db.schema import Model
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.design import Designs
from planner.physics.states import block_tokens, largest_state, state_bytes, token_bytes

# Kinds whose counts differ by less form groups as large as the largest kind, the others being padded.
NEAR = 1.25


@dataclass(frozen=True)
class LayerKind:
    """Layers with one cache: `count` of them, tokens of a page (D), window, or one state a sequence."""

    layer: CacheLayer
    count: int

    @property
    def is_state(self) -> bool:
        return self.layer.kind in ("linear", "ssm")


def kinds(model: Model, drafting_layers: int = 0) -> list[LayerKind]:
    """Kinds of layers that keep a cache; layers for drafting keep that of attention without a window."""
    found: dict[tuple[object, ...], LayerKind] = {}
    for layer in cache_layers(model):
        if layer.image_only or not (layer.stored or layer.state_elements or layer.conv_elements):
            continue
        key = (layer.kind, layer.window, layer.elements_per_token, state_bytes(layer, 4.0))
        found[key] = LayerKind(layer, layer.count + (found[key].count if key in found else 0))
    for at, kind in found.items():
        if drafting_layers and not kind.is_state and kind.layer.window is None:
            found[at] = LayerKind(kind.layer, kind.count + drafting_layers)
            break
    return list(found.values())


def is_mixed(model: Model) -> bool:
    """Whether layers differ in what they keep, so that an allocator has to divide its memory among them."""
    plain = all(
        layer.kind in ("gqa", "mla", "linear", "ssm") and not layer.index_heads for layer in cache_layers(model)
    )
    return plain and len(kinds(model)) > 1


def group_layers(counts: list[int]) -> int:
    """Layers of one group.

    >>> group_layers([30, 10]), group_layers([12, 11])
    (10, 12)
    """
    least, most = min(counts), max(counts)
    return most if most < NEAR * least else least


@dataclass(frozen=True)
class Paging:
    """Pages of mixed layers: `page` bytes of one, D; `layers` of a group; (groups, kind, tokens of a page, D)."""

    page: Array
    layers: int
    groups: list[tuple[int, LayerKind, Array]]

    @property
    def block_bytes(self) -> Array:
        """Bytes of one block: a page in every layer of a group, D."""
        return self.page * self.layers

    @property
    def number(self) -> int:
        """Groups in all."""
        return sum(count for count, _, _ in self.groups)


def paging(designs: Designs) -> Paging:
    """How the pool of each design is cut into pages, where all of them draft with layers of their own or none does."""
    drafting = designs.of_engine("own_layers").any()
    found = kinds(designs.model, designs.model.mtp_layers if drafting else 0)
    layers = group_layers([kind.count for kind in found])
    bits = np.array([kv.bits for kv in designs.kv_formats])[designs.kv]
    each = [None if k.is_state else token_bytes(k.layer, tp=designs.tp, kv_bits=bits) for k in found]
    block = block_tokens(designs)
    page = np.max([block * tokens for tokens in each if tokens is not None], axis=0)
    if largest_state(designs.model) > 0.0:
        page = np.maximum(page, largest_state_column(designs))
    held = [page if tokens is None else np.floor(page / tokens) for tokens in each]
    return Paging(page, layers, [(-(-k.count // layers), k, h) for k, h in zip(found, held, strict=True)])


def largest_state_column(designs: Designs) -> Array:
    """Bytes of the largest state of one layer and rank, D."""
    widths = [largest_state(designs.model, e.state_bytes, e.draft_tokens) for e in designs.engines]
    return np.array(widths, dtype=float)[designs.engine] / designs.tp


def paged_bytes(designs: Designs, tokens: Array, in_flight: Array = 0.0) -> Array:
    """Bytes of the blocks of one sequence, D, before pipeline stages share them."""
    drafting, found = designs.of_engine("own_layers"), np.zeros(len(designs))
    tokens, live = (np.broadcast_to(np.asarray(v, dtype=float), (len(designs),)) for v in (tokens, in_flight))
    for some in (drafting, ~drafting):
        if some.any():
            found[some] = _paged(designs.take(some), tokens[some], live[some])
    return found


def _paged(designs: Designs, tokens: Array, in_flight: Array) -> Array:
    cut = paging(designs)
    blocks = np.zeros(len(designs))
    for count, kind, held in cut.groups:
        blocks = blocks + count * _blocks(designs, kind, held, tokens, in_flight)
    return blocks * cut.block_bytes


def _blocks(designs: Designs, kind: LayerKind, held: Array, tokens: Array, in_flight: Array) -> Array:
    """Blocks of one sequence in one group, D."""
    if kind.is_state:
        states = [1.0 + e.draft_tokens + bool(e.settings.memory.prefix_caching) for e in designs.engines]
        return np.array(states)[designs.engine]
    whole = np.ceil(tokens / held)
    if kind.layer.window is None:
        return whole
    live = np.minimum(kind.layer.window - 1.0 + np.maximum(1.0, in_flight), tokens)
    # A window need not start where a block does.
    return np.minimum(whole, np.ceil(live / held) + 1.0)
