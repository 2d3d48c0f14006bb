from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.physics.deployment import Deployment, one_design
from planner.physics.split import Split
from tests.planner.conftest import EIGHT


def test_names_become_one_design(catalogs: Catalogs) -> None:
    found, notes = one_design(Deployment("Llama-3.1-8B-Instruct", "h100-sxm", split=Split(tp=2)), catalogs)
    assert (len(found), int(found.tp[0]), found.gpus[0].name, found.model.id) == (
        1,
        2,
        "H100 SXM",
        "meta-llama/Llama-3.1-8B",
    )
    assert (found.formats[0].id, found.kv_formats[0].id) == ("bf16", "bf16")
    assert notes == ["Llama-3.1-8B-Instruct has the shapes of meta-llama/Llama-3.1-8B"]


@pytest.mark.parametrize(
    ("change", "says"),
    [({"split": Split(tp=3)}, "split.tp: tp 3"), ({"gpu": "V100 SXM2 16GB", "weights": "awq_int4_g128"}, "weights: "),
     ({"gpu": "V100 SXM2 16GB", "weights": "fp16", "kv": "fp8"}, "kv: ")],
)  # fmt: skip
def test_a_design_that_is_not_legal_has_a_reason(catalogs: Catalogs, change: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        one_design(Deployment(**{"model": EIGHT, "gpu": "H100"} | change), catalogs)  # type: ignore[arg-type]
