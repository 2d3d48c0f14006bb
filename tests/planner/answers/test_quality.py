from __future__ import annotations

import pytest

from models_db.quantization_loss import loss
from planner.answers import FormatLoss, ServedQuality
from planner.catalogs import Catalogs
from planner.plan.quality import quality_record
from tests.planner.conftest import EIGHT

NATIVE = FormatLoss(
    format="bf16", loss_pct=0.0, range_pct=(0.0, 0.0), evidence="this model", measured="native", rows=0, questions=0,
    models=[], benchmarks=[], sources=[], note="a 16-bit cache",
)  # fmt: skip
TASK = NATIVE.model_copy(
    update={
        "format": "a",
        "loss_pct": 1.2,
        "range_pct": (0.4, 2.0),
        "evidence": "family",
        "measured": "task",
        "rows": 7,
    }
)
NOTHING = NATIVE.model_copy(
    update={"loss_pct": None, "range_pct": None, "evidence": "none", "measured": "none", "note": "nobody looked"}
)


def served(weights: FormatLoss) -> ServedQuality:
    return ServedQuality(
        loss_pct=weights.loss_pct, range_pct=weights.range_pct, benchmark="MMLU", evidence=weights.evidence,
        within_limit=False, made_with="", weights=weights, cache=NATIVE,
    )  # fmt: skip


def test_a_loss_says_how_much_how_sure_and_whose() -> None:
    text = served(TASK).text
    assert "loses 1.2 % (80 % range 0.4 to 2.0)" in text
    assert "nearest: its family (7 rows: MMLU)" in text
    assert served(NOTHING).text == "no measurement: nobody looked"


@pytest.mark.parametrize(
    ("weights", "text"),
    [
        ("bf16", "nothing is lost: the checkpoint's own format and a 16-bit cache are the reference"),
        ("fp16", "nothing that is measured is lost: 16-bit weights and a 16-bit cache"),
    ],
)
def test_what_loses_nothing_is_one_sentence(catalogs: Catalogs, weights: str, text: str) -> None:
    model = catalogs.models.find(EIGHT).model
    assert quality_record(loss(model, weights), model, weights, 1.0).text == text
