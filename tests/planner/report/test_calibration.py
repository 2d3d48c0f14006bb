from __future__ import annotations

from planner.calibration.own.answer import CalibrationAnswer, MemoryPlace, PlaceFigure, Refused, RunFigure
from planner.report.calibration import calibration_tables

RUN = RunFigure(run="a.json", model="m", gpu="L40S", engine="vllm", figure="tpot", measured=20.0, before=16.0,
                left_out=19.0, tpot="a request")  # fmt: skip
PLACE = PlaceFigure(gpu="L40S", engine="vllm", model="m", weights="bf16", split="tp1", figure="tpot", points=3,
                    error_before=0.2, error_left_out=0.05,
                    interval_before=(0.5, 2.0), interval=(0.8, 1.3), basis="measured")  # fmt: skip


def answer(**changed: object) -> CalibrationAnswer:
    whole = {
        "status": "calibrated",
        "stored": None,
        "runs": [RUN],
        "places": [PLACE],
        "memory": [],
        "refused": [],
        "notes": [],
    }
    return CalibrationAnswer.model_validate(whole | changed)


def test_measured_stands_beside_predicted_with_and_without_own_runs() -> None:
    runs, places = calibration_tables(answer())
    assert runs.rows[0][4:] == ["TPOT [ms]", 20.0, 16.0, -20.0, 19.0, -5.0]
    assert places.rows[0][7:] == [20.0, 5.0, 0.5, 2.0, 0.8, 1.3]
    assert "not stored" in places.notes
    assert "TPOT is a request" in runs.notes


def test_refused_runs_have_their_reason() -> None:
    (refused,) = calibration_tables(answer(runs=[], places=[], refused=[Refused(run="b", reason="above the roof")]))
    assert refused.rows == [["b", "above the roof"]]


def test_what_logs_change_in_memory_is_a_table_of_its_own() -> None:
    memory = MemoryPlace(gpu="l40s", engine="vllm", family="llama3.1", logs=2, more_gib=1.234, error_before_gib=1.5,
                         error_left_out_gib=0.25)  # fmt: skip
    (table,) = calibration_tables(answer(runs=[], places=[], memory=[memory], stored="0001"))
    assert table.rows == [["l40s", "vllm", "llama3.1", 2, 1.23, 1.5, 0.25]]
    assert table.notes[-1] == "stored as 0001"
