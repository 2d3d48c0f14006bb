"""The engine whose own format a checkpoint is stored in: GGUF is llama.cpp's."""

from __future__ import annotations

from collections.abc import Sequence

from models_db.formats import find_format
from models_db.schema import Model
from planner.defaults import DEFAULT_ENGINE
from planner.physics.engines import Engine, engines, find_engine


def is_gguf(model: Model) -> bool:
    """Whether the checkpoint is stored as GGUF."""
    return find_format(model.native.format).gguf is not None


def usual_engine(model: Model) -> str:
    """The engine that a checkpoint is taken under where none is named."""
    own = next((engine.id for engine in engines().values() if engine.stores_gguf), DEFAULT_ENGINE)
    return own if is_gguf(model) else DEFAULT_ENGINE


def own_engine_texts(model: Model, names: Sequence[str]) -> list[str]:
    """What a GGUF checkpoint means for the engines asked for; empty for any other."""
    if not is_gguf(model):
        return []
    found = [find_engine(name) for name in names]
    return [text for text in map(_text, found) if text]


def _text(engine: Engine) -> str:
    own = f"planned under {engine.name}, as the checkpoint is GGUF, its own format (others: --engine)"
    return own if engine.stores_gguf else engine.of_gguf
