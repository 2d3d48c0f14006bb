"""vLLM's cache of compressed attention (DeepSeek V4): entries, windows, indexers and the states of the compressors.

Source: vllm/models/deepseek_v4/compressor.py (`CompressorStateCache`: float32, blocks of 4 or 8 tokens),
vllm/v1/attention/backends/mla/sparse_swa.py (blocks of 64 tokens, 584 bytes each in FP8),
vllm/v1/core/kv_cache_utils.py (`_get_kv_cache_groups_uniform_groups`, `_approximate_gcd`). Two start-up logs agree to
four digits: 1,513,358 tokens of 131,072 in 77.53 GiB, and 6.66 GiB for 30,000 tokens (release 0.22).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models_db.cache import CacheLayer, cache_layers
from models_db.schema import Model
from planner.formulas.memory import padded
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.design import Designs

BLOCK = 256
WINDOW_BLOCK = 64
ALIGNED = {True: 576, False: 512}
# Of a narrow entry: 64 rotary values in 16 bit instead of 8, and 8 bytes of scales.
NARROW_EXTRA = 72
# Entries of an indexer are FP8 with a float32 scale.
INDEX_EXTRA = 4
STATE_BYTES = 4
OVERLAPPING = 4


@dataclass(frozen=True)
class Layout:
    """`block` bytes, and the kinds of groups beside the whole context: (groups, window, tokens of a block)."""

    block: float
    windows: tuple[tuple[int, int, int], ...]


def is_compressed(model: Model) -> bool:
    return any(layer.kind == "compressed" for layer in cache_layers(model))


def compressed_bytes(designs: Designs, tokens: Array, in_flight: Array = 0.0) -> Array:
    """Bytes of the blocks of one sequence, D; every tensor-parallel rank holds all of them."""
    keys, inverse = designs.groups("engine", "kv")
    tokens, live = (np.broadcast_to(np.asarray(v, dtype=float), (len(designs),)) for v in (tokens, in_flight))
    total = np.zeros(len(designs))
    for i, (e, k) in enumerate(keys):
        here = inverse == i
        packed, narrow = designs.engines[e].packed_pages, designs.kv_formats[k].bits < 16.0
        cut = layout(designs.model, packed=packed, narrow=narrow)
        total[here] = cut.block * _blocks(cut, tokens[here], live[here])
    return total


def _blocks(cut: Layout, tokens: Array, in_flight: Array) -> Array:
    blocks = np.ceil(tokens / BLOCK)
    for groups, window, size in cut.windows:
        live = np.minimum(window - 1.0 + np.maximum(1.0, in_flight), tokens)
        blocks = blocks + groups * (np.ceil(live / size) + 1.0)
    return blocks


def layout(model: Model, *, packed: bool, narrow: bool) -> Layout:
    """How the layers of a model are grouped into blocks. packed: groups overlay each other, as in newer releases."""
    layers = [layer for layer in cache_layers(model) if layer.kind == "compressed"]
    ratios = [layer for layer in layers if layer.ratio]
    everywhere, most = sum(layer.count for layer in layers), max(layer.count for layer in ratios)
    tuples = near_divisor([most, everywhere, *(layer.count for layer in ratios)])
    entry = ratios[0].k_elements + NARROW_EXTRA if narrow else ratios[0].k_elements * 2
    window = _page(WINDOW_BLOCK * entry, narrow)
    own = {layer.ratio: _entry_pages(layer, entry, narrow) for layer in ratios}
    if packed:
        whole = sum(layer.count * sum(own[layer.ratio]) for layer in ratios)
        states = [layer.count * sum(_state_pages(layer, narrow)) for layer in ratios]
        block = max(whole, tuples * window, *states)
    else:
        block = tuples * sum({window, *(page for pages in own.values() for page in pages)})
    windows = [(-(-everywhere // tuples), ratios[0].window or 0, WINDOW_BLOCK)]
    windows += [(-(-layer.count // tuples), _overlap(layer) * layer.ratio, _state_block(layer)) for layer in ratios]
    return Layout(float(block), tuple(windows))


def near_divisor(values: Sequence[int]) -> int:
    """The divisor, from the first value up, to whose multiples all values are padded with the least padding.

    >>> near_divisor([21, 43, 21, 20])
    22
    """
    tried = range(values[0], max(values) + 1)
    return min(tried, key=lambda d: (sum(-value % d for value in values), -d))


def _page(nbytes: int, narrow: bool) -> int:
    return padded(nbytes, ALIGNED[narrow])


def _entry_pages(layer: CacheLayer, entry: int, narrow: bool) -> list[int]:
    """Pages of the entries of one layer in a block, and of its indexer."""
    entries = BLOCK // layer.ratio
    pages = [_page(entries * entry, narrow)]
    return [*pages, _page(entries * (layer.index_dim + INDEX_EXTRA), narrow)] if layer.index_heads else pages


def _state_pages(layer: CacheLayer, narrow: bool) -> list[int]:
    """Pages of the compressor's states of one layer in a block, and of its indexer's: keys and scores."""
    rows = _state_block(layer) * 2 * _overlap(layer) * STATE_BYTES
    pages = [_page(rows * layer.k_elements, narrow)]
    return [*pages, _page(rows * layer.index_dim, narrow)] if layer.index_heads else pages


def _overlap(layer: CacheLayer) -> int:
    return 2 if layer.ratio == OVERLAPPING else 1


def _state_block(layer: CacheLayer) -> int:
    return 4 if layer.ratio == OVERLAPPING else 8
