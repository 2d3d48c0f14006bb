from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.physics.layers import mixer_of
from tests.planner.conftest import EIGHT


@pytest.mark.parametrize(
    ("model", "kind"),
    [(EIGHT, "attention"), ("openai/gpt-oss-20b", "experts"), ("deepseek-ai/DeepSeek-R1", "latent"),
     ("Qwen/Qwen3.5-27B", "linear"), ("nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", "linear")],
)  # fmt: skip
def test_kinds_of_mixers(catalogs: Catalogs, model: str, kind: str) -> None:
    assert mixer_of(catalogs.models.find(model).model) == kind
