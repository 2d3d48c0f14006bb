"""Ids of models that a local path may mean: folders of the Hugging Face cache, and paths that end in an id."""

from __future__ import annotations

CACHED = "models--"


def cached_ids(path: str) -> tuple[str, ...]:
    """The ids that folders of the Hugging Face cache in a path are of.

    >>> cached_ids("/root/.cache/huggingface/hub/models--Qwen--Qwen3-8B/snapshots/b968826d")
    ('Qwen/Qwen3-8B',)
    """
    return tuple("/".join(part.split("--")[1:]) for part in _parts(path) if part.startswith(CACHED))


def ids_in(path: str) -> tuple[str, ...]:
    """The ids that a path may mean, the likeliest first; none where the text is no path.

    >>> ids_in("/data/models/Qwen/Qwen3-8B/"), ids_in("Qwen/Qwen3-8B")
    (('Qwen/Qwen3-8B', 'Qwen3-8B'), ())
    """
    parts, cached = _parts(path), cached_ids(path)
    if cached:
        return cached
    if len(parts) < 3 and not path.strip().startswith(("/", "./", "../", "~")):
        return ()
    return tuple(dict.fromkeys(("/".join(parts[-2:]), *parts[-1:]))) if parts else ()


def _parts(path: str) -> list[str]:
    return [part for part in path.strip().replace("\\", "/").split("/") if part not in ("", ".", "..", "~")]
