"""Parameter counts of audio encoders: Whisper's and those made from it, and of the speech parts of omni models."""

from __future__ import annotations

from models_db.importers.families.towers import block, linear
from models_db.importers.keys import Keys

HOLDERS = ("audio_config", "audio_encoder_config")


def encoder(a: Keys, out: int, *, positions: bool, projector: int) -> int:
    """Whisper's encoder: two convolutions over mel bins, `positions` stored or computed, and a projector.

    The key projection has no bias. Source: transformers, modeling_whisper.py.
    """
    d, n, width = a.count("d_model", "hidden_size"), a.layers("encoder_layers", "num_hidden_layers"), _width(a)
    mels = a.count("num_mel_bins", default=128)
    total = linear(3 * mels, d) + linear(3 * d, d) + n * (block(d, width, bias=True, norms=4) - d) + 2 * d
    return total + positions * a.count("max_source_positions", default=1500) * d + projector


def _width(a: Keys) -> int:
    return a.count("encoder_ffn_dim", "intermediate_size")


def qwen2_audio(a: Keys, out: int) -> int:
    return encoder(a, out, positions=True, projector=linear(a.count("d_model"), out))


def qwen25_omni(a: Keys, out: int) -> int:
    """Positions are computed; two embeddings mark begin and end."""
    return encoder(a, out, positions=False, projector=linear(a.count("d_model"), out) + 2 * out)


def voxtral(a: Keys, out: int) -> int:
    """Four frames go through two linear layers without biases as one."""
    wide = 4 * a.count("hidden_size", "d_model")
    return encoder(a, out, positions=True, projector=wide * out + out * out)


def qwen3_omni(a: Keys, out: int) -> int:
    """Three convolutions over time and frequency, each halving it, then layers as Whisper's with all biases.

    Source: transformers, modeling_qwen3_omni_moe.py.
    """
    d, n = a.count("d_model"), a.layers("encoder_layers")
    inner, mels = a.count("downsample_hidden_size"), a.count("num_mel_bins", default=128)
    for _ in range(3):
        mels = (mels + 1) // 2
    convolutions = linear(9, inner) + 2 * linear(9 * inner, inner) + inner * mels * d
    return convolutions + n * block(d, _width(a), bias=True, norms=4) + 2 * d + linear(d, d, a.count("output_dim"))


COUNTERS = {
    "Qwen2AudioForConditionalGeneration": qwen2_audio,
    "Qwen2_5OmniModel": qwen25_omni,
    "Qwen2_5OmniForConditionalGeneration": qwen25_omni,
    "Qwen3ASRForConditionalGeneration": qwen3_omni,
    "Qwen3OmniMoeForConditionalGeneration": qwen3_omni,
    "VoxtralForConditionalGeneration": voxtral,
}
