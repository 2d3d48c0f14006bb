"""Reading how logs and benchmarks name models, formats and GPUs."""

from __future__ import annotations

import re

from hardware_db.catalog import HardwareCatalog
from hardware_db.schema import Accelerator
from models_db.catalog import ModelCatalog
from models_db.checkpoints import meant, mix_in, named_format, precise
from models_db.formats import Format, KvFormat, find_format, find_kv_format, formats, kv_formats, served_format
from models_db.local_names import ids_in
from models_db.schema import Model
from planner.errors import InputError, ModelError
from planner.evidence.sources import sources
from planner.physics.engines import Engine
from planner.physics.kernels import HALF, default_kv, rate_flop_per_s, wide_type

MIXES = re.compile(r"(\d{1,2}(?:\.\d+)?) ?bpw")
USUAL = ("", "auto", "default", "none", "native", "mixed", "unknown", "-")


def find_model(name: str, models: ModelCatalog) -> Model:
    """The model a log or benchmark names; remarks, file endings and shard counters are left out."""
    text = re.sub(r"\s*[(\[].*$", "", name.strip())
    text = re.sub(r"(-\d{5}-of-\d{5})?\.(gguf|bin)$", "", text)
    text = re.sub(r"([- ](?:UD|i1))?[- ](?:I?Q\d_\w+|BF16|F16|MXFP4)(?: Safetensors)?$", "", text, flags=re.IGNORECASE)
    plain = text.split("_", 1)[-1] if "/" not in text else text
    for candidate in (text, text.replace(" ", "-"), plain.replace(" ", "-"), *text.split(), *ids_in(text)):
        found = models.match(candidate)
        if found is not None:
            return found.model
    return models.lookup((ids_in(text) or (text,))[0]).model


def as_stored(stated: str, name: str, models: ModelCatalog) -> Model:
    """The model that a log names, stored as its checkpoint's record or its maker's recipe says where the log states no
    other format than that."""
    model = find_model(name, models)
    try:
        own = models.lookup(name.strip()).model
    except ModelError:
        return model
    same = own.id == model.id and (not stated or storage_format(stated, name, own).id == own.native.format)
    return own if same else model


def generic_gpu(total_gib: float, hardware: HardwareCatalog) -> Accelerator:
    """A stand-in where a log states a card's memory but not its name; only its memory is read."""
    return hardware.accelerator(sources().logs.gpu).model_copy(
        update={"name": "stated", "memory_gib_usable": total_gib}
    )


def storage_format(stated: str, name: str, model: Model, half: str = HALF[0]) -> Format:
    """The weight format that a row means: what it states, else what the name says, else what engines make of the
    checkpoint's own on a GPU whose 16-bit type is `half`."""
    own = model.native.format
    if not stated and model.native.made_from:
        return find_format(own)
    for text in (stated.lower(), name.lower().replace("-", "_") if not stated else ""):
        if "native" in text:
            return served_format(model, half)
        found = _named(text)
        if found:
            return find_format(precise(found, own, name))
    third_party = named_format(model.id.lower()) is not None
    return find_format(half) if third_party or own not in formats() else served_format(model, half)


def is_format(stated: str) -> bool:
    """Whether a cell names a format, or leaves it to the checkpoint."""
    text = stated.strip().lower()
    return text in USUAL or "native" in text or _named(text) is not None


def _named(text: str) -> str | None:
    gguf, mix = mix_in(text), MIXES.search(text)
    if gguf:
        return gguf
    if mix:
        known = sources().formats.mean_bits
        return min(known, key=lambda name: abs(known[name] - float(mix.group(1))))
    return named_format(text)


def cache_format(stated: str, gpu: Accelerator, engine: Engine) -> KvFormat:
    """The KV format a row means; empty or `auto` is the engine's default, 16 bit."""
    text, names = stated.strip().lower(), sources().formats
    whole = next((entry.means for entry in names.whole_caches if text in entry.words), None)
    narrow = text if text in kv_formats() and kv_formats()[text].bits < 16 else None
    found = meant(names.caches, text) or narrow or whole
    return find_kv_format(found) if found else default_kv(gpu, engine)


def timed(gpu: Accelerator) -> Accelerator:
    """The same, where it has a rate to compute times with; raises InputError where none is stated."""
    if rate_flop_per_s(gpu, wide_type(gpu)) is None:
        raise InputError(f"gpu: no 16- or 32-bit rate is stated for {gpu.name}")
    return gpu


def find_gpu(text: str, hardware: HardwareCatalog) -> Accelerator | None:
    """The accelerator a remark names, or None; remarks in brackets are left out."""
    plain = re.sub(r"(-CTS|-Dual.*)$", "", re.sub(r"\s*\(.*$", "", text).strip())
    for candidate in (plain, re.sub(r"\s*\b\d+ ?GB\b.*$", "", plain), plain.split(",")[0]):
        found = hardware.match(candidate) if candidate else None
        if found is not None:
            return found
    return None
