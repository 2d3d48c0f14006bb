"""What the encoder of images or sound adds to the profile run: its outputs, and a peak of its own.

vLLM runs the encoder once with as many of the largest items as its budget holds, and keeps the outputs while the text
model runs after it (gpu_model_runner.py `profile_run`, encoder_budget.py; worker/model_runner.py and
enc_dec_model_runner.py of the first engine).
"""

from __future__ import annotations

import numpy as np

from models_db.schema import Attention, Encoder, Model
from planner.formulas.types import Array
from planner.physics.coefficient_parts import MemoryFigures
from planner.physics.design import Designs
from planner.physics.engines import Engine
from planner.request.memory import KINDS

HALF_BYTES = 2.0


def reads_encoder(model: Model) -> bool:
    """Whether the decoder attends to the states of its encoder (Whisper, Llama 3.2 Vision)."""
    return any(isinstance(m, Attention) and m.kv == "image" for group in model.layers for m in group.mixers)


def takes_whole(designs: Designs) -> Array:
    """Designs that run without chunked prefill, D: in the first engine, by release, model or GPU."""
    if all(engine.chunked_prefill and not engine.first_engine for engine in designs.engines):
        return np.zeros(len(designs), dtype=bool)
    first = np.array([not engine.chunked_prefill for engine in designs.engines])[designs.engine]
    both = designs.of_engine("first_engine")
    table = np.array([[gpu.generation in e.first_engine_on for gpu in designs.gpus] for e in designs.engines])
    old = table[designs.engine, designs.gpu]
    taken: Array = first | (both & (old | reads_encoder(designs.model)))
    return taken


def default_sequences(designs: Designs) -> Array:
    """max_num_seqs by default, D: the larger ones of large GPUs are the second engine's."""
    pairs = list(zip(designs.engine, designs.gpu, strict=True))
    usual = np.array([designs.engines[e].sequences(designs.gpus[g]) for e, g in pairs], dtype=float)
    found: Array = np.where(takes_whole(designs), designs.of_engine("max_sequences"), usual)
    return found


def leaves_out(model: Model, engine: Engine) -> bool:
    """Whether an engine is set not to load the encoder of a model."""
    takes = model.encoder.takes if model.encoder else KINDS
    return engine.settings.memory.without_encoder(takes)


def profiled_encoder(model: Model, engine: Engine) -> Encoder | None:
    """The encoder that an engine profiles as it is set, or None."""
    left_out = leaves_out(model, engine) or engine.settings.memory.skip_mm_profiling
    return model.encoder if engine.profiles_encoder and not left_out else None


def items(model: Model, encoder: Encoder, engine: Engine, *, tokens: Array, sequences: Array, whole: Array) -> Array:
    """Items of the profile run under one engine, R x L.

    The budget is that of a step, or one item; a sequence has as many as its limit and its context hold. In the first
    engine it had one unless a limit was set, and no budget where the decoder reads its encoder.

    tokens: max_num_batched_tokens, R x 1; sequences: 1 x L; whole: without chunked prefill, R x 1.
    """
    size, settings = item_tokens(model, encoder, engine, tokens, whole), engine.settings
    context = settings.max_model_len or model.max_context or 0
    limits = [n for n in map(settings.memory.limit_of, encoder.takes) if n]
    each = np.maximum(1.0, np.minimum(float(max(limits, default=np.inf)), context // size))
    each = np.where(whole, float(max(limits, default=1)), each)
    budget = np.maximum(tokens, size) // size
    found = np.maximum(1.0, np.minimum(budget, sequences * each))
    return np.where(whole, np.maximum(1.0, sequences), found) if reads_encoder(model) else found


def item_tokens(model: Model, encoder: Encoder, engine: Engine, tokens: Array, whole: Array) -> Array:
    """Tokens of the largest item, R x 1: an image, or a video of as many as its context holds; the first engine took
    none larger than a step, but for a decoder that reads the encoder's states."""
    one = float(encoder.item_tokens)
    clipped = np.full_like(tokens, one) if reads_encoder(model) else np.minimum(tokens, one)
    return np.where(whole, clipped, one * video_length(model, encoder, engine))


def video_length(model: Model, encoder: Encoder, engine: Engine) -> float:
    """The largest item in images: 1 where no video is larger, or none is allowed."""
    settings = engine.settings
    if not encoder.video_items or settings.memory.limit_of("video") == 0:
        return 1.0
    held = (settings.max_model_len or model.max_context or 0) // encoder.item_tokens
    return float(max(1, min(held, encoder.video_items)))


def encoder_bytes(
    designs: Designs, memory: MemoryFigures, *, tokens: Array, sequences: Array
) -> tuple[Array, Array] | None:
    """Outputs that stay during the text pass, and the encoder's own peak, D x L [bytes]; None where nothing is
    profiled. Its feed-forward parts are split over the ranks, its hidden states are whole on each."""
    model, found = designs.model, [profiled_encoder(designs.model, engine) for engine in designs.engines]
    if not any(found):
        return None
    outputs = np.zeros((len(designs), sequences.shape[-1]))
    own, whole, budget = outputs.copy(), takes_whole(designs)[:, None], np.broadcast_to(tokens, (len(designs), 1))
    for e, encoder in enumerate(found):
        if encoder is None:
            continue
        of = np.flatnonzero(designs.engine == e)
        held, old = budget[of], whole[of]
        count = items(model, encoder, designs.engines[e], tokens=held, sequences=sequences, whole=old)
        size = HALF_BYTES * item_tokens(model, encoder, designs.engines[e], held, old)
        wide = size * encoder.positions * position_elements(encoder, memory.encoder_copies, designs.tp[of, None])
        outputs[of], own[of] = count * (size * encoder.output_width), count * wide
    return outputs, own


def position_elements(encoder: Encoder, copies: float, tp: Array) -> Array:
    """16-bit elements that a layer of the encoder holds for a patch or frame: hidden states, the feed-forward tensors
    before and after their activation, the input, and what stays of layers before."""
    tensors = 3.0 if encoder.gated else 2.0
    held: Array = copies * encoder.width + tensors * encoder.intermediate / tp
    return held + encoder.input_width + encoder.kept_width
