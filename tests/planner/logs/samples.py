"""Start-up logs in the wording of each engine, with figures of our own: the files of `starts/`."""

from __future__ import annotations

from pathlib import Path

ALL = {path.stem: path.read_text(encoding="utf-8") for path in sorted(Path(__file__).with_name("starts").glob("*.log"))}
V0, V1, NEWEST = ALL["v0"], ALL["v1"], ALL["newest"]
SGLANG, HYBRID, WINDOWS = ALL["sglang"], ALL["hybrid"], ALL["windows"]
TRTLLM, TRT_OLD, LLAMACPP = ALL["trtllm"], ALL["trt"], ALL["llamacpp"]
