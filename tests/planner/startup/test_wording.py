"""How engines word their lines, by version."""

from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.physics.engines import configured
from planner.request.engine import EngineSettings
from planner.startup.wording import Era, device_of, era_of, worded


def since(engine: str, version: str | None = None) -> str | None:
    era = era_of(configured(engine, EngineSettings(engine_version=version)))
    return era.since if era else None


def test_a_version_a_build_and_a_day_find_their_wording() -> None:
    assert [since("vllm", v) for v in ("0.5.4", "0.8.5", "0.10.2", "2025-06-01", "0.23")] == [
        "0.4", "0.8", "0.10.2", "0.9", "0.14",
    ]  # fmt: skip
    assert (since("llama.cpp", "b5000"), since("llama.cpp")) == ("4900", "7500")
    assert since("vllm", "0.2") == "0.4"


def test_ollama_prints_what_the_llamacpp_inside_prints() -> None:
    assert since("ollama", "0.6.7") == "4900"


def test_engines_whose_lines_are_not_known_have_none() -> None:
    assert since("tgi") is None


def test_a_line_without_its_figure_is_left_out_and_rounded_ones_are_short() -> None:
    lines = ("a {x:.2f}", "b {y:r} and {x:,.0f}", "c", "{gone}d")
    era = Era(engine="vllm", since="1", released="2025-01-01", lines=lines)
    assert worded(era, {"x": 1234.5, "y": None}) == ["a 1234.50", "c"]
    assert worded(era, {"x": 1234.5, "y": 15.0, "gone": ""}) == ["a 1234.50", "b 15.0 and 1,234", "c", "d"]


def test_what_is_printed_together_is_told_from_the_lines() -> None:
    eras = [era_of(configured("vllm", EngineSettings(engine_version=v))) for v in ("0.23", "0.27")]
    assert [era is not None and era.consumed for era in eras] == [False, True]


@pytest.mark.parametrize(("gpu", "name"), [("H100", "CUDA"), ("MI300X", "ROCm")])
def test_devices_are_named_by_their_maker(gpu: str, name: str, catalogs: Catalogs) -> None:
    assert device_of(catalogs.hardware.accelerator(gpu)) == name
