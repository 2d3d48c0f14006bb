"""Whisper: a decoder that attends to what an encoder has heard; the encoder is counted as a tower."""

from __future__ import annotations

from models_db.importers.families import audio
from models_db.importers.keys import Keys
from models_db.importers.parts import Parts
from models_db.schema import Attention, Dense, Layers


def build(k: Keys, name: str) -> Parts:
    """Source: transformers, modeling_whisper.py: the key projections have no bias; the head is the embedding."""
    d, heads, width = k.count("d_model"), k.count("decoder_attention_heads"), k.count("decoder_ffn_dim")
    own = Attention(heads=heads, kv_heads=heads, head_dim=d // heads)
    small = 2 * 3 * d + width + d + 3 * 2 * d
    layer = Layers(
        count=k.layers("decoder_layers"),
        mixers=(own, own.model_copy(update={"kv": "image"})),
        ffns=(Dense(intermediate=width, gated=False),),
        small_params=small,
    )
    return Parts(
        hidden=d,
        vocab=k.count("vocab_size"),
        tied=True,
        layers=(layer,),
        max_context=k.count("max_target_positions"),
        small_params=2 * d,
        lookup_params=k.count("max_target_positions") * d,
        tower_params=audio.encoder(k, d, positions=True, projector=0),
        notes=["audio tower counted"],
    )


BUILDERS = {"WhisperForConditionalGeneration": build}
