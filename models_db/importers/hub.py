"""A model from a hub id: the local hub cache first, then, when allowed, the network; needs `gpuplan[hub]`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from models_db.importers.any import Imported, today
from models_db.importers.config_json import read_config
from models_db.matrices import total_params
from planner.errors import ModelError


def read_hub(model_id: str) -> Imported:
    """`config.json` and, by range request, the safetensors headers of a repository; no file of weights is fetched."""
    try:
        import huggingface_hub as hub
    except ImportError as error:
        raise ModelError("--online: needs the extra: pip install 'gpuplan[hub]'") from error
    try:
        model = read_config(_config(hub, model_id), model_id=model_id, checked=today())
        metadata = hub.get_safetensors_metadata(model_id)
    except ModelError:
        raise
    except Exception as error:  # the hub's own errors: offline, gated, not found, no safetensors
        raise ModelError(f"{model_id[:120]}: the hub did not answer ({type(error).__name__})") from error
    sizes: Counter[str] = Counter()
    for file in metadata.files_metadata.values():
        for tensor in file.tensors.values():
            sizes[tensor.dtype] += tensor.data_offsets[1] - tensor.data_offsets[0]
    elements = sum(metadata.parameter_count.values())
    gap = elements - total_params(model)
    notes = (f"the checkpoint stores {gap:+,} elements against the shapes",) if gap else ()
    return Imported(model, dict(sizes), elements, notes)


def _config(hub: Any, model_id: str) -> Path:
    try:
        return Path(hub.hf_hub_download(model_id, "config.json", local_files_only=True))
    except Exception:  # not in the cache
        return Path(hub.hf_hub_download(model_id, "config.json"))
