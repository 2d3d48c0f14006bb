"""A model from a hub id, when the network is allowed; needs the extra `gpuplan[hub]`."""

from __future__ import annotations

from pathlib import Path

from models_db.errors import ModelError
from models_db.importers.any import Imported, today
from models_db.importers.config_json import read_config


def read_hub(model_id: str) -> Imported:
    """Fetch `config.json` and, by range request, the safetensors headers of a public repository."""
    try:
        import huggingface_hub as hub
    except ImportError as error:
        raise ModelError("--online: needs the extra: pip install 'gpuplan[hub]'") from error
    try:
        config = Path(hub.hf_hub_download(model_id, "config.json"))
        model = read_config(config, model_id=model_id, checked=today())
        metadata = hub.get_safetensors_metadata(model_id)
    except ModelError:
        raise
    except Exception as error:  # the hub's own errors: offline, gated, not found, no safetensors
        raise ModelError(f"{model_id[:120]}: the hub did not answer ({type(error).__name__})") from error
    counts = dict(metadata.parameter_count)
    return Imported(model, {}, sum(counts.values()), tuple(f"{n:,} elements of {kind}" for kind, n in counts.items()))
