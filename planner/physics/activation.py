"""Peak of activations in the run that an engine makes at start to see what it needs."""

from __future__ import annotations

import numpy as np

from models_db.schema import Dense, Model, Moe
from planner.formulas.types import Array
from planner.physics.coefficient_parts import MemoryFigures
from planner.physics.design import Designs
from planner.physics.encoder import encoder_bytes, leaves_out, reads_encoder, takes_whole
from planner.physics.first_start import compiled_copies
from planner.physics.graphs import era_of

LOGIT_BYTES, HALF_BYTES = 4.0, 2.0


def layer_elements(model: Model, memory: MemoryFigures, *, tp: Array) -> Array:
    """16-bit elements that one layer holds for a token: three feed-forward and three hidden tensors of a dense one;
    experts add the two workspaces of the grouped GEMM."""
    dense = max([f.intermediate for g in model.layers for f in g.ffns if isinstance(f, Dense)], default=0)
    experts = [f for g in model.layers for f in g.ffns if isinstance(f, Moe)]
    shared = max([f.shared for f in experts], default=0)
    copies = memory.layer_copies
    layer: Array = copies * (np.maximum(dense, shared) / tp + model.hidden)
    if experts:
        topk, width = max(f.topk for f in experts), max(f.intermediate for f in experts)
        rows = np.maximum(2.0 * width / tp, float(model.hidden)) + width / tp
        layer = np.maximum(layer, copies * model.hidden + memory.expert_copies * topk * rows)
    return layer


def logits_bytes(model: Model, tokens: Array, sequences: Array) -> Array:
    """Float32 logits of the rows that are sampled: one a sequence, none without a token [bytes]."""
    return np.minimum(sequences, tokens) * model.vocab * LOGIT_BYTES


def activation_column(designs: Designs, memory: MemoryFigures, *, tokens: Array, sequences: Array) -> Array:
    """Peak of activations in the profile run of each design, D x L: the sampler's logits or one layer's tensors, in
    newer releases both; with an encoder its outputs beside them, or its own peak.

    tokens: max_num_batched_tokens, D x 1; sequences: max_num_seqs, L. How often a sampler copies its logits is fit on
    start-up logs, by era, with their evidence in planner/evidence/data.
    """
    model = designs.model
    each = [memory.sampler(era_of(e, model)) + compiled_copies(e, model, memory) for e in designs.engines]
    copies = np.array(each)[designs.engine][:, None]
    rows = profiled_sequences(designs, memory, sequences[None, :], tokens)
    layer = tokens * layer_elements(model, memory, tp=designs.tp[:, None]) * HALF_BYTES
    # Embedders pool hidden states; nothing is sampled.
    sampler = copies * logits_bytes(model, tokens, rows) * (model.task == "generate")
    text = np.where(designs.of_engine("peaks_add")[:, None], sampler + layer, np.maximum(sampler, layer))
    found = encoder_bytes(designs, memory, tokens=tokens, sequences=sequences[None, :])
    if found is None:
        return text
    outputs, own = found
    return np.maximum(text + outputs, own)


def decoder_bytes(designs: Designs, memory: MemoryFigures, sequences: Array) -> Array:
    """TensorRT-LLM's buffers of the decoder: copies of the logits of a full batch beside its execution context."""
    if all(e.memory_policy != "share_of_free" for e in designs.engines):
        return np.zeros((len(designs), len(sequences)))
    free = np.array([e.memory_policy == "share_of_free" for e in designs.engines])[designs.engine][:, None]
    logits = sequences[None, :] * designs.model.vocab * LOGIT_BYTES
    return np.where(free, memory.decoder_copies * logits, 0.0)


def profiled_sequences(designs: Designs, memory: MemoryFigures, sequences: Array, tokens: Array) -> Array:
    """Sequences of the profile run. Before chunked prefill vLLM filled it with the images that a step holds."""
    model = designs.model
    if not model.vision_params or all(leaves_out(model, engine) for engine in designs.engines):
        return sequences
    capped = np.minimum(sequences, memory.multimodal_sequences)
    if reads_encoder(model):
        return capped
    size = model.encoder.item_tokens if model.encoder else np.inf
    return np.where(takes_whole(designs)[:, None], np.clip(np.floor(tokens / size), 1.0, sequences), capped)
