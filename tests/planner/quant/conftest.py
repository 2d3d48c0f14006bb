"""The model of the quantization tests."""

from __future__ import annotations

MODEL = "meta-llama/Llama-3.1-8B-Instruct"
