"""What a launch line means as a deployment: the model behind a path, formats, cuts and limits of a whole replica."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from models_db.checkpoints import is_wide
from models_db.formats import find_format
from models_db.schema import Model
from planner.catalogs import Catalogs
from planner.errors import InputError, ModelError
from planner.export.reading.cuts import split_of, unsaid_width
from planner.export.reading.flags import Said, said_in
from planner.export.reading.line import STATED_GPU, Started, started
from planner.export.reading.manifest import manifest_of, started_in
from planner.export.reading.model import known_name, model_of
from planner.export.reading.settings import settings_of, taken_from_file
from planner.files import bounded_text
from planner.physics.engines import engines
from planner.physics.split import Split, is_moe
from planner.request.engine import EngineSettings
from planner.words import first

MAX_BYTES = 2**20
# A word that names a file is no launch line.
FILE = re.compile(r"[^\s=]+\.(?:ya?ml|sh|txt|json)")
# Of flags that a note names: how many, and letters of each.
MOST_FLAGS, MOST_LETTERS = 20, 60
DTYPES = {
    "bfloat16": "bf16",
    "bf16": "bf16",
    "float16": "fp16",
    "half": "fp16",
    "fp16": "fp16",
    "float32": "fp32",
    "float": "fp32",
}
# Conversions that an engine does as it loads, in its words.
ON_LOAD = {
    "fp8": "fp8", "fp8_per_tensor": "fp8", "fp8_per_block": "fp8_block", "fp8_per_channel": "fp8_channel",
    "w8a8_fp8": "fp8_channel", "bitsandbytes": "bnb_nf4", "int8_per_channel_weight_only": "int8_weight_only",
    "mxfp8": "mxfp8",
}  # fmt: skip
KV = {
    "auto": None, "fp8": "fp8", "fp8_e4m3": "fp8", "fp8_e5m2": "fp8_e5m2", "fp8_e4m3fn": "fp8", "bfloat16": "bf16",
    "bf16": "bf16", "float16": "fp16", "f16": "fp16", "fp16": "fp16", "nvfp4": "fp4", "q8_0": "q8_0", "q4_0": "q4_0",
    "int8_per_token_head": "int8", "fp8_per_token_head": "fp8", "int4_per_token_head": "int4", "fp8_ds_mla": "fp8",
}  # fmt: skip
STAGES = ("VLLM_PP_LAYER_PARTITION", "SGLANG_PP_LAYER_PARTITION")


@dataclass(frozen=True)
class ReadLine:
    """A launch line as it is estimated: names for `Deployment`, copies beside each other that share a load, whether
    the engine chooses a context that fits, and what of the line was not read, in words.

    unsaid: the width (`tp` or `pp`) that the line leaves to a variable or to the GPUs of the machine, empty where it
    says it.
    """

    model: str
    engine: str
    gpu: str | None
    weights: str | None
    kv: str | None
    split: Split
    settings: EngineSettings
    copies: int = 1
    automatic: bool = False
    unsaid: str = ""
    notes: tuple[str, ...] = field(default=())


def read_line(
    text: str, catalogs: Catalogs, *, model: str | None = None, engine: str | None = None, version: str | None = None
) -> ReadLine:
    """A command, a script or a manifest, or the path of a file with one, as a deployment.

    model: in place of the line's own, where that is a path or a variable that nobody knows; engine: of flags without
    a command; version: of the engine, where one is stated beside the line. Raises InputError, which names what is
    missing.
    """
    text = _text_of(text)
    documents = manifest_of(text)
    found = started_in(documents) if documents else started(text, engine)
    said = said_in(found.words, found.spelling)
    taken_from_file(said, found)
    _set_by_environment(said, found)
    notes = _unread(said, found, version)
    stated = STATED_GPU.search(text)
    name, weights = model_of(said, catalogs, model)
    record = catalogs.models.find(name).model
    split, copies = split_of(said, found, is_moe(record), notes)
    settings = settings_of(said, found.spelling.id, split.dp, record.max_context, notes)
    settings = _known_drafter(settings, catalogs)
    notes += [] if version else _of_older(found.spelling.id, record, settings)
    return ReadLine(
        model=name, engine=found.spelling.id, gpu=stated.group(1).strip() if stated else None,
        weights=weights or weights_of(said, record, notes), kv=kv_of(said, found.spelling.id, notes), split=split,
        settings=settings, copies=copies, unsaid=unsaid_width(said, found),
        automatic=str(said.values.get("max_model_len", "")) in ("auto", "-1"), notes=tuple(notes),
    )  # fmt: skip


def _set_by_environment(said: Said, found: Started) -> None:
    """Add the layers of pipeline stages, which engines take from their environment alone."""
    stages = next((found.environment[name] for name in STAGES if found.environment.get(name)), None)
    if stages is not None:
        said.values["stage_layers"] = stages


def _known_drafter(settings: EngineSettings, catalogs: Catalogs) -> EngineSettings:
    """The settings with the draft model by the catalog's name, where the line has a path of it."""
    drafting = settings.speculation
    if drafting is None or drafting.drafter is None:
        return settings
    try:
        name = known_name(drafting.drafter, catalogs)
    except ModelError as error:
        raise InputError(f"--from-command: the draft model: {error}; state it with --speculation") from None
    return settings.model_copy(update={"speculation": drafting.model_copy(update={"drafter": name})})


def _of_older(engine: str, record: Model, settings: EngineSettings) -> list[str]:
    """What an older release would do with the line that the newest does not."""
    own = settings.speculation is not None and settings.speculation.method == "mtp"
    if not own or record.architecture not in engines()[engine].whole_drafters:
        return []
    return [f"older releases of {engine} load the whole model again as its drafter: state theirs with --engine-version"]


def _text_of(text: str) -> str:
    """The text itself, or that of the file that it names. Raises InputError where there is no such file."""
    if "\n" in text or " " in text.strip():
        return text
    path = Path(text.strip())
    if not os.path.isfile(path):
        if FILE.fullmatch(text.strip()):
            raise InputError(f"--from-command: {text.strip()[:120]!r}: no such file")
        return text
    return bounded_text(path, MAX_BYTES)


def _unread(said: Said, found: Started, version: str | None) -> list[str]:
    release = engines()[found.spelling.id].release
    meant = f"; as of {release} where no release is stated" if release else ""
    meant = f" as of {version}" if version else meant
    notes = [f"read as a launch line of {found.spelling.id}{meant}"]
    if said.unread:
        notes.append(f"not read, nobody here knows them: {_names(said.unread)}")
    if said.unmodelled:
        notes.append(f"not counted, though they change memory or speed: {_names(said.unmodelled)}")
    for key, what in (("offload", "weights kept in host memory"), ("offload_all", "experts kept in host memory")):
        if key in said.values:
            notes.append(f"not counted: {what}; all weights are taken as on the GPUs")
    return notes


def _names(flags: Iterable[str]) -> str:
    """Names of flags as they are read: a line may hold thousands, and some that are as long as it is."""
    return first(
        [f"{flag[:MOST_LETTERS]}..." if len(flag) > MOST_LETTERS else flag for flag in dict.fromkeys(flags)], MOST_FLAGS
    )


def weights_of(said: Said, record: Model, notes: list[str]) -> str | None:
    """The format that an engine makes of the checkpoint; None for the checkpoint's own."""
    word, dtype = str(said.values.get("quantization", "")).lower(), str(said.values.get("dtype", "auto")).lower()
    wide = is_wide(find_format(record.native.format))
    if word in ON_LOAD and wide:
        return ON_LOAD[word]
    if word and wide:
        notes.append(f"quantization {word}: read as the format of the checkpoint, {record.native.format} by its name")
    return DTYPES.get(dtype) if wide else None


def kv_of(said: Said, engine: str, notes: list[str]) -> str | None:
    if "kv_v" in said.values or engine == "llama.cpp":
        # Its two types are settings of its own.
        return None
    word = str(said.values.get("kv", "auto")).lower()
    if word not in KV:
        notes.append(f"not read: a cache in {word}; taken as the default")
    return KV.get(word)
