"""What a figure rests on."""

from __future__ import annotations

from typing import Literal

Basis = Literal["measured", "calibrated", "physics"]
