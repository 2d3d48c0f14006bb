from __future__ import annotations

import pytest

from models_db.local_names import ids_in


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("models--meta-llama--Llama-3.1-8B/snapshots/0e9e39f2", ("meta-llama/Llama-3.1-8B",)),
        ("C:\\hub\\models--Qwen--Qwen3-8B\\snapshots\\ab", ("Qwen/Qwen3-8B",)),
        ("/mnt/Qwen3-8B", ("mnt/Qwen3-8B", "Qwen3-8B")),
        ("Qwen/Qwen3-8B", ()),
        ("qwen3-8b", ()),
        ("", ()),
        ("/", ()),
    ],
)
def test_a_path_means_the_model_of_its_cache_or_of_its_end_and_an_id_is_no_path(
    path: str, ids: tuple[str, ...]
) -> None:
    assert ids_in(path) == ids
