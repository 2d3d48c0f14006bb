from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import InputError, PlannerError
from planner.overlay import adopt

GPU = """[[accelerator]]
id = "{id}"
name = "{id}"
form_factor = "PCIe"
arch = "Ada"
generation = "ada"
release_year = 2025
memory_gb = 48
memory_type = "GDDR6"
mem_bw_gb_s = 900
sources = ["mine"]
checked = "2026-11-25"
[accelerator.peak_dense_tflops]
bf16 = 200
"""


def test_own_accelerators_never_take_the_place_of_others(tmp_path: Path) -> None:
    first, second, overlay = tmp_path / "a" / "own.toml", tmp_path / "b" / "own.toml", tmp_path / "catalog"
    for path, name in ((first, "mine-1"), (second, "mine-2")):
        path.parent.mkdir()
        path.write_text(GPU.format(id=name))
    assert "mine-1 saved" in adopt(first, overlay)
    assert "mine-1 saved" in adopt(first, overlay)
    with pytest.raises(InputError, match="mine-1"):
        adopt(second, overlay)
    assert "mine-1" in (overlay / "accelerators" / "own.toml").read_text()
    for text in ("", "[[accelerator]]\nid = 3\n", "accelerator = 3"):
        second.write_text(text)
        with pytest.raises(PlannerError):
            adopt(second, overlay)
