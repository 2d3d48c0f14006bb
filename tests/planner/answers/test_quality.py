from __future__ import annotations

from planner.answers import FormatLoss, ServedQuality

NATIVE = FormatLoss(
    format="bf16", loss_pct=0.0, range_pct=(0.0, 0.0), evidence="this model", measured="native", rows=0, questions=0,
    models=[], benchmarks=[], sources=[], note="the reference",
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
    assert "nothing is lost" in served(NATIVE).text
    assert served(NOTHING).text == "no measurement: nobody looked"
