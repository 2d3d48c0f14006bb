"""A model from a hub id: the local hub cache first, then the network; needs `gpuplan[hub]`.

Nothing is trusted to be small: `config.json`, the index and the headers of the shards are fetched up to their limits,
and what was fetched is read like files of the user.
"""

from __future__ import annotations

import os
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from models_db.importers import config_json, safetensors
from models_db.importers.any import Imported, read_any
from models_db.importers.fetching import fetched
from planner.errors import ModelError, PlannerError
from planner.files import bounded_bytes

INDEX, SINGLE = "model.safetensors.index.json", "model.safetensors"
# Most headers fit into the first request.
FIRST, AT_ONCE = 100_000, 8
MOST_OF_ALL = 128 * 2**20


def read_hub(model_id: str) -> Imported:
    """`config.json` and, by range request, the safetensors headers of a repository; no weights are fetched."""
    try:
        import huggingface_hub as hub
    except ImportError as error:
        raise ModelError("--online: needs the extra: pip install 'gpuplan[hub]'") from error
    try:
        with TemporaryDirectory(prefix="gpuplan-") as folder:
            _Repository(hub, model_id).into(Path(folder))
            return read_any(Path(folder), model_id=model_id)
    except PlannerError:
        raise
    except Exception as error:  # the network's and the hub's own errors: offline, gated, no such id
        said = f"{type(error).__name__}{f' {error.code}' if hasattr(error, 'code') else ''}"
        raise ModelError(f"{model_id[:120]}: the hub did not answer ({said})") from error


def token_for(hub: Any, endpoint: str) -> str | None:
    """The token that may be sent: the user's own login to the hub alone; to another endpoint, which the environment
    names, only one that the environment names as well."""
    from huggingface_hub import constants

    if endpoint.rstrip("/") == constants._HF_DEFAULT_ENDPOINT:
        return str(hub.get_token() or "") or None
    return os.environ.get("HF_TOKEN") or None


class _Repository:
    """The files of a repository that say what a model is."""

    def __init__(self, hub: Any, model_id: str) -> None:
        from huggingface_hub import constants

        self._hub, self._id = hub, model_id
        self._token = token_for(hub, constants.ENDPOINT)

    def into(self, folder: Path) -> None:
        (folder / "config.json").write_bytes(self._config())
        index = self._fetched(INDEX, safetensors.MAX_HEADER)
        if index is not None:
            (folder / INDEX).write_bytes(index)
            names = safetensors.shards_of(folder / INDEX)
        else:
            names = [SINGLE]
        self._headers(names, folder)

    def _url(self, name: str) -> str:
        return str(self._hub.hf_hub_url(self._id, name))

    def _fetched(self, name: str, most: int) -> bytes | None:
        return fetched(self._url(name), most=most, token=self._token)

    def _config(self) -> bytes:
        kept = self._hub.try_to_load_from_cache(self._id, "config.json")
        found = bounded_bytes(Path(kept), config_json.MAX_BYTES) if isinstance(kept, str) else None
        found = found or self._fetched("config.json", config_json.MAX_BYTES)
        if found is None:
            raise ModelError(f"{self._id[:120]}: the hub has no config.json of that id")
        return found

    def _headers(self, names: list[str], folder: Path) -> None:
        """The start of each shard, up to the end of its header."""
        total = 0
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for name, found in zip(names, pool.map(self._header, names), strict=True):
                total += len(found or b"")
                if total > MOST_OF_ALL:
                    pool.shutdown(cancel_futures=True)
                    raise ModelError(f"{self._id[:120]}: headers of more than {MOST_OF_ALL:,} bytes")
                if found is not None:
                    (folder / name).write_bytes(found)

    def _header(self, name: str) -> bytes | None:
        url = self._url(name)
        start = fetched(url, most=FIRST, token=self._token, whole=False)
        if start is None or len(start) < 8:
            return start
        (length,) = struct.unpack("<Q", start[:8])
        if length > safetensors.MAX_HEADER:
            raise ModelError(f"{url}: header length {length:,} is more than {safetensors.MAX_HEADER:,} bytes")
        if length + 8 <= len(start):
            return start[: length + 8]
        rest = fetched(url, start=len(start), most=length + 8 - len(start), token=self._token, whole=False)
        return start + (rest or b"")
