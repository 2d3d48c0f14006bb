from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.formulas.memory import GIB
from planner.physics.activation import activation_column, decoder_bytes, layer_elements, logits_bytes
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.engines import find_engine
from planner.physics.split import Split
from tests.planner.conftest import EIGHT, SEVENTY, one_gpu

SHIPPED = Coefficients.shipped()


def peak(catalogs: Catalogs, engine: str, version: str | None, model: str, tokens: float, sequences: float) -> float:
    d = one_gpu(catalogs, engine, model)
    d = Designs.single(d.model, d.gpus[0], d.formats[0], d.kv_formats[0], find_engine(engine, version), Split())
    found = activation_column(d, SHIPPED.memory, tokens=np.array([[tokens]]), sequences=np.array([sequences]))
    return float(found[0, 0]) / GIB


def test_the_sampler_makes_the_peak_of_many_sequences(catalogs: Catalogs) -> None:
    # llm-d-planner: Qwen3-0.6B on H100 with vLLM 0.11 and 1,024 sequences, 5.56 GiB.
    assert peak(catalogs, "vllm", "0.11", "Qwen/Qwen3-0.6B", 8192, 1024) == pytest.approx(5.56, rel=0.05)
    few = peak(catalogs, "vllm", "0.11", "Qwen/Qwen3-0.6B", 8192, 1)
    assert few == pytest.approx(8192 * (3 * (3072 + 1024)) * 2 / GIB)


def test_newer_releases_add_both_peaks(catalogs: Catalogs) -> None:
    old, new = (
        peak(catalogs, "vllm", v, EIGHT, 8192, 256) - peak(catalogs, "vllm", v, EIGHT, 2048, 256)
        for v in ("0.11", "0.24")
    )
    assert old == 0.0
    assert new > 0.5


def test_no_more_rows_are_sampled_than_there_are_tokens(catalogs: Catalogs) -> None:
    model = catalogs.models.find(EIGHT).model
    assert logits_bytes(model, np.array(16.0), np.array(256.0)) == 16 * 128_256 * 4


def test_an_embedder_samples_nothing(catalogs: Catalogs) -> None:
    name = "Qwen/Qwen3-Embedding-8B"
    model = catalogs.models.find(name).model
    layer = float(layer_elements(model, SHIPPED.memory, tp=np.array(1.0)))
    assert peak(catalogs, "vllm", "0.11", name, 2048, 1024) == pytest.approx(2048 * layer * 2 / GIB)


def test_tensorrt_llm_keeps_logits_in_its_context_and_its_decoder(catalogs: Catalogs) -> None:
    # shaamil101-etched/trtllm-benchmarks: an execution context of 0.989 GiB at 2,048 sequences.
    assert peak(catalogs, "tensorrt-llm", "0.16", SEVENTY, 8192, 2048) == pytest.approx(1.3, rel=0.35)
    beside = decoder_bytes(one_gpu(catalogs, "tensorrt-llm"), SHIPPED.memory, np.array([2048.0]))
    assert float(beside[0, 0]) == SHIPPED.memory.decoder_copies * 2048 * 128_256 * 4
    assert float(decoder_bytes(one_gpu(catalogs, "vllm"), SHIPPED.memory, np.array([2048.0]))[0, 0]) == 0.0
