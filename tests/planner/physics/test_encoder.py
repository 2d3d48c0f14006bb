"""Encoders of images and sound in the profile run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.physics.activation import activation_column
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.encoder import default_sequences, encoder_bytes, items, takes_whole, video_length
from planner.physics.engines import find_engine
from planner.physics.split import Split
from planner.request.engine import EngineSettings
from planner.request.memory import MemorySettings, item_limits
from tests.planner.conftest import EIGHT, one_gpu

MEMORY = Coefficients.shipped().memory
GEMMA, QWEN, WHISPER = "google/gemma-3-12b-it", "Qwen/Qwen2.5-VL-7B-Instruct", "openai/whisper-large-v3-turbo"


def design(catalogs: Catalogs, model: str, version: str | None = None, tp: int = 1, **memory: Any) -> Designs:
    d = one_gpu(catalogs, "vllm", model)
    settings = EngineSettings(memory=MemorySettings(**memory))
    engine = replace(find_engine("vllm", version), settings=settings)
    return Designs.single(d.model, d.gpus[0], d.formats[0], d.kv_formats[0], engine, Split(tp=tp))


def count(d: Designs, tokens: float, sequences: float) -> float:
    encoder = d.model.encoder
    assert encoder is not None
    held, running, whole = np.array([[tokens]]), np.array([[sequences]]), takes_whole(d)[:, None]
    return float(items(d.model, encoder, d.engines[0], tokens=held, sequences=running, whole=whole)[0, 0])


def peak(d: Designs, tokens: float, sequences: float) -> float:
    found = activation_column(d, MEMORY, tokens=np.array([[tokens]]), sequences=np.array([sequences]))
    return float(found[0, 0])


def test_a_step_is_filled_with_items_or_has_one(catalogs: Catalogs) -> None:
    # Notes of start-up logs: one image of 16,384 tokens at 8,192 batched tokens.
    assert count(design(catalogs, QWEN, video_limit=0), 8192, 256) == 1
    assert count(design(catalogs, QWEN, video_limit=0), 32768, 256) == 2
    assert count(design(catalogs, GEMMA), 8192, 256) == 8192 // 256


@pytest.mark.parametrize(("context", "images"), [(8192, 1), (32768, 2), (65536, 4), (None, 7)])
def test_a_video_is_as_many_images_as_its_context_holds(catalogs: Catalogs, context: int | None, images: int) -> None:
    # vLLM's qwen2_vl.py: 14 frames at most, two to a patch, each pair as large as an image.
    d = design(catalogs, QWEN)
    encoder, engine = d.model.encoder, d.engines[0]
    assert encoder is not None
    held = replace(engine, settings=engine.settings.model_copy(update={"max_model_len": context}))
    assert video_length(d.model, encoder, held) == images
    assert video_length(d.model, encoder, design(catalogs, QWEN, video_limit=0).engines[0]) == 1


def test_sequences_and_limits_cap_the_items(catalogs: Catalogs) -> None:
    assert count(design(catalogs, GEMMA, image_limit=1), 8192, 4) == 4
    assert count(design(catalogs, GEMMA, image_limit=3), 8192, 4) == 12


def test_the_first_engine_had_an_item_a_sequence(catalogs: Catalogs) -> None:
    assert count(design(catalogs, GEMMA, "0.6"), 16384, 16) == 16
    # vllm-project/vllm#20069: a decoder that reads its encoder was profiled with every sequence, in 10.45 GiB.
    d = design(catalogs, WHISPER, "0.9")
    assert takes_whole(d)[0]
    assert count(d, 5120, float(default_sequences(d)[0])) == 256
    assert peak(d, 5120, 256) / 2**30 == pytest.approx(10.45, rel=0.15)
    assert not takes_whole(design(catalogs, WHISPER))[0]


def test_outputs_stay_while_the_text_runs_or_the_encoder_is_the_peak(catalogs: Catalogs) -> None:
    d = design(catalogs, QWEN, video_limit=0)
    bare = replace(d, model=d.model.model_copy(update={"encoder": None}))
    found = encoder_bytes(d, MEMORY, tokens=np.array([[8192.0]]), sequences=np.array([[256.0]]))
    assert found is not None
    outputs, own = (float(part[0, 0]) for part in found)
    assert outputs == 16384 * 3584 * 2
    assert own == 65536 * (MEMORY.encoder_copies * 1280 + 3 * 3420 + 1176) * 2
    assert peak(d, 8192, 256) == max(peak(bare, 8192, 256) + outputs, own)


def test_feed_forward_parts_are_split_over_the_ranks(catalogs: Catalogs) -> None:
    one, four = (
        encoder_bytes(d, MEMORY, tokens=np.array([[8192.0]]), sequences=np.array([[256.0]]))
        for d in (design(catalogs, QWEN, tp=tp, video_limit=0) for tp in (1, 4))
    )
    assert one is not None
    assert four is not None
    assert float(one[1][0, 0] - four[1][0, 0]) == 65536 * 3 * 3420 * 2 * 3 / 4
    assert float(one[0][0, 0]) == float(four[0][0, 0])


@pytest.mark.parametrize(
    "memory", [{"skip_mm_profiling": True}, {"text_only": True}, {"image_limit": 0, "video_limit": 0}]
)
def test_nothing_is_profiled_where_it_is_turned_off(catalogs: Catalogs, memory: dict[str, Any]) -> None:
    d = design(catalogs, QWEN, **memory)
    assert encoder_bytes(d, MEMORY, tokens=np.array([[8192.0]]), sequences=np.array([[256.0]])) is None


def test_a_model_of_text_alone_or_another_engine_profiles_none(catalogs: Catalogs) -> None:
    for d in (one_gpu(catalogs, "vllm", EIGHT), one_gpu(catalogs, "sglang", QWEN)):
        assert encoder_bytes(d, MEMORY, tokens=np.array([[8192.0]]), sequences=np.array([[256.0]])) is None


def test_video_that_is_still_allowed_keeps_the_encoder() -> None:
    assert MemorySettings(image_limit=0).without_encoder(("image",))
    assert not MemorySettings(image_limit=0).without_encoder(("image", "video"))
    assert MemorySettings(**item_limits("image=0, video=0")).without_encoder(("image", "video"))
