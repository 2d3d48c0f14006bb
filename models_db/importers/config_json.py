"""A model from a Hugging Face `config.json`: shapes only, no code of the repository is ever run."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models_db.importers.families import (
    decoder,
    encoder,
    gemma,
    hybrid,
    latent,
    legacy,
    mtp,
    nas,
    omni,
    profiles,
    recurrent,
    speech,
    state_space,
    vision,
    wrapped,
)
from models_db.importers.keys import Keys
from models_db.importers.native import native_format, with_quantization
from models_db.importers.parts import Parts, order_of
from models_db.schema import Model
from planner.errors import ModelError
from planner.files import bounded_text
from planner.toml import json_of
from planner.words import inert

MAX_BYTES = 4 * 2**20
MAX_DEPTH = 24
QUANTIZATION = "hf_quant_config.json"
Builder = Callable[[Keys, str], Parts]
FAMILIES: tuple[Mapping[str, Builder], ...] = (
    decoder.BUILDERS,
    latent.BUILDERS,
    hybrid.BUILDERS,
    state_space.BUILDERS,
    recurrent.BUILDERS,
    speech.BUILDERS,
    gemma.BUILDERS,
    legacy.BUILDERS,
    nas.BUILDERS,
    encoder.BUILDERS,
)


def read_config(path: Path, *, model_id: str | None = None, checked: str, quantization: Path | None = None) -> Model:
    """Import the `config.json` at `path`; raises ModelError with the key or file that is wrong.

    quantization: an `hf_quant_config.json`; by default the one that lies beside a `config.json`.
    """
    data, beside = _decoded(path), path.with_name(QUANTIZATION)
    if quantization is None and path.name == "config.json" and os.path.isfile(beside):
        quantization = beside
    extra = _decoded(quantization) if quantization is not None else None
    name = model_id or path.stem.replace("__", "/", 1)
    try:
        return from_config(data, model_id=name, source=path.name, checked=checked, quantization=extra)
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from error


def _decoded(path: Path) -> Any:
    text = bounded_text(path, MAX_BYTES, ModelError)
    try:
        return json_of(text)
    except ValueError as error:
        raise ModelError(f"{path}: not valid JSON ({error})") from error


def from_config(data: Any, *, model_id: str, source: str, checked: str, quantization: Any = None) -> Model:
    """Build the record of a decoded config; `source` and `checked` (a date) go into the record.

    quantization: the decoded `hf_quant_config.json` of the checkpoint.
    """
    for value in (data, quantization if quantization is not None else {}):
        if not isinstance(value, Mapping):
            raise ModelError("the top level is not an object")
        if _depth(value) > MAX_DEPTH:
            raise ModelError(f"nested deeper than {MAX_DEPTH} levels")
    try:
        return _model(Keys(with_quantization(data, quantization)), model_id, source, checked)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in (error.title, *first["loc"]))
        raise ModelError(f"{place}: {first['msg']}") from error


def _model(top: Keys, model_id: str, source: str, checked: str) -> Model:
    name = _architecture(top)
    inner, text = wrapped.language(top, name) if wrapped.is_wrapped(name) else (name, _text_config(top))
    parts = _builder(inner)(text, inner)
    parts.mtp_layers = mtp.layers(text, name)
    tower = vision.params(top, name, parts)
    model = Model(
        id=inert(model_id),
        family=inert(text.text("model_type", "unknown")),
        architecture=inert(name),
        vision_params=tower.params + parts.tower_params,
        encoder=profiles.encoder_of(top, name, parts),
        sources=(inert(source),),
        checked=checked,
        notes=tuple(map(inert, parts.notes + tower.notes)),
        **parts.fields(),
    )
    beside = mtp.left_out(model, parts, text, name) + omni.left_out(top)
    heads = sum(part.params or 0 for part in beside if "MTP" in part.name or "multi-token" in part.name)
    native, notes = native_format(top, text, model, order_of(parts.layers))
    said = (*model.notes, *map(inert, notes))
    return model.model_copy(update={"left_out": beside, "mtp_params": heads, "native": native, "notes": said})


def _depth(value: Any) -> int:
    """Nesting depth, counted without recursion."""
    deepest, stack = 0, [(value, 1)]
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        if depth > MAX_DEPTH:
            return depth
        children = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
        stack += [(child, depth + 1) for child in children if isinstance(child, Mapping | list)]
    return deepest


def _architecture(top: Keys) -> str:
    if "architectures" not in top:
        model_type = top.text("model_type", "")
        tables = (decoder.MODEL_TYPES, latent.MODEL_TYPES, wrapped.OUTER)
        known = next((table[model_type] for table in tables if model_type in table), None)
        if known:
            return known
        if top.has("index_topk", "index_head_dim") and "kv_lora_rank" in top:
            return "DeepseekV32ForCausalLM"
        raise ModelError("architectures: missing key")
    names = top.items_of("architectures")
    if not names or not isinstance(names[0], str):
        raise ModelError("architectures: expected a list with a class name")
    return names[0][:120]


def _text_config(top: Keys) -> Keys:
    """The language model's part, with what it leaves to the top level filled in."""
    for key in ("text_config", "llm_config", "language_config"):
        if key in top:
            merged = {k: top.raw(k) for k in ("tie_word_embeddings", "model_type") if k in top}
            inner = top.sub(key)
            merged |= {k: v for k, v in top.raw(key).items() if v is not None}
            return Keys(merged, inner.path)
    return top


def _builder(name: str) -> Builder:
    for family in FAMILIES:
        if name in family:
            return family[name]
    return decoder.unknown
