"""The model that a launch line names: an id, a path of one's own, a GGUF repository or file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from models_db.formats import formats
from models_db.local_names import cached_ids
from planner.catalogs import Catalogs
from planner.errors import InputError, ModelError
from planner.export.launch import FOLDER
from planner.export.reading.flags import Said

MIX = re.compile(r"[-.](I?Q\d_[A-Z0-9_]+|BF16|F16|F32|MXFP4)$", re.IGNORECASE)
SHARD = re.compile(r"-\d{5}-of-\d{5}$")
# A path of Windows, and what ModelScope's cache writes for a dot.
WINDOWS, DOT = re.compile(r"[A-Za-z]:[\\/]|\.{0,2}\\"), "___"
MOST_NAME = 1000
PLAIN = {"BF16": "bf16", "F16": "fp16", "F32": "fp32"}
# The format that `export` puts behind the name of a checkpoint that is made.
SUFFIX = re.compile(r"-([a-z0-9_]+)$")


def model_of(said: Said, catalogs: Catalogs, instead: str | None = None) -> tuple[str, str | None]:
    """The name under which the catalog finds the model, and the format that a path of `export` says.

    Raises InputError where no model is named, or it is a variable or a path that the catalog does not know.
    """
    name = str(said.values.get("model") or said.values.get("file") or next(iter(said.positional), ""))
    weights = _made(name)[1]
    if instead is not None:
        return instead, weights
    if not name:
        raise InputError("--from-command: it names no model; give --model")
    if len(name) > MOST_NAME:
        raise InputError(f"--from-command: a model's name of {len(name)} letters ({name[:40]!r}); give --model")
    if "$" in name:
        raise InputError(f"--from-command: the model is {name[:80]}, which the line does not say; give --model")
    try:
        return known_name(name, catalogs, str(said.values.get("hf_file", ""))), weights
    except ModelError as error:
        raise InputError(f"--from-command: {error}; give --model") from None


def known_name(name: str, catalogs: Catalogs, file: str = "") -> str:
    """The name under which the catalog finds a model that an engine was given as an id or a path.

    file: of a repository of GGUF files. Raises ModelError where it finds none.
    """
    first: ModelError | None = None
    for each in _names(name, file):
        try:
            catalogs.models.find(each)
        except ModelError as error:
            first = first or error
        else:
            return each
    raise first or ModelError(name)


def _made(name: str) -> tuple[str, str | None]:
    """The checkpoint that `export` made another format of, and that format; the name itself where it did not."""
    inside = name.removeprefix("/")
    if not inside.startswith(f"{FOLDER}/"):
        return name, None
    inside = inside.removeprefix(f"{FOLDER}/")
    found = SUFFIX.search(inside.removesuffix(".gguf"))
    if found and found.group(1) in formats():
        return inside[: found.start()], found.group(1)
    mix = MIX.search(inside.removesuffix(".gguf"))
    if mix and inside.endswith(".gguf"):
        said = mix.group(1)
        return inside[: mix.start()], PLAIN.get(said.upper(), f"gguf_{said.lower()}")
    return name, None


def _names(name: str, file: str) -> Iterator[str]:
    """What a name may mean, the most likely first: as it stands, as an id at the end of a path, as its last part."""
    name = _made(name)[0]
    if WINDOWS.match(name):
        name = name.replace("\\", "/")
    if DOT in name:
        yield from _names(name.replace(DOT, "."), file)
    path = WINDOWS.match(name) is not None or name.startswith(("/", ".", "~"))
    path = path or name.count("/") > 1 or name.endswith(".gguf")
    if file:
        mix = MIX.search(SHARD.sub("", file.removesuffix(".gguf")))
        yield f"{name}:{mix.group(1)}" if mix else name
    if not path:
        yield name
    plain = SHARD.sub("", name.rstrip("/").removesuffix(".gguf"))
    parts = [part for part in plain.split("/") if part not in ("", ".", "..", "~") and not part.endswith(":")]
    yield from cached_ids(name)
    mix = MIX.search(parts[-1]) if parts and name.endswith(".gguf") else None
    if mix:
        yield f"{parts[-1][: mix.start()]}-GGUF:{mix.group(1)}"
    if len(parts) > 1:
        yield "/".join(parts[-2:])
    if parts:
        yield parts[-1]
    yield name
