"""What was taken for a process, in words."""

from __future__ import annotations

from planner.catalogs import Catalogs
from planner.physics.deployment import Deployment, one_design
from planner.physics.ggml.texts import ggml_texts
from planner.request.engine import EngineSettings


def test_cells_buffers_and_what_is_on_the_host_are_said(catalogs: Catalogs) -> None:
    d = Deployment("Qwen/Qwen3.5-27B", "RTX 5090", weights="q4_k_m", engine="llama.cpp",
                   settings=EngineSettings(ctx_size=8192, parallel=4))  # fmt: skip
    texts = " ".join(ggml_texts(one_design(d, catalogs)[0]))
    assert "8,192 cells (as set)" in texts
    assert "compute buffer" in texts
    assert "in host memory" in texts
    assert "598.50 MiB for 4 sequences" in texts


def test_what_is_known_of_an_engine_is_said_and_of_measured_ones_nothing(catalogs: Catalogs) -> None:
    assert (
        "no log of it" in ggml_texts(one_design(Deployment("Qwen/Qwen3-8B", "L40S", engine="lmdeploy"), catalogs)[0])[0]
    )
    assert ggml_texts(one_design(Deployment("Qwen/Qwen3-8B", "L40S"), catalogs)[0]) == []
