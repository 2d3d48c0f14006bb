"""Which models llama.cpp keeps a cache for, and whose sliding windows it applies."""

from __future__ import annotations

from functools import lru_cache

from models_db.cache import cache_layers
from models_db.schema import Model

# Architectures without a memory of their own (src/llama-model.cpp, create_memory).
ENCODERS = ("Bert", "XLMRoberta", "NewModel", "Gemma3TextModel")
ATTENTION = ("gqa", "mla", "compressed")


def has_cache(model: Model) -> bool:
    """Whether the model keeps K and V; embedders that were made from a decoder do."""
    return model.task == "generate" or not any(name in model.architecture for name in ENCODERS)


@lru_cache(maxsize=1024)
def applies_windows(model: Model) -> bool:
    """Whether windows have a cache of their own: in models that mix them with full attention, not in those whose every
    layer has one (Mistral-7B-v0.1, Phi-3: hparams.swa_type is none)."""
    kept = [layer.window for layer in cache_layers(model) if layer.kind in ATTENTION and layer.stored]
    return any(kept) and not all(kept)
