from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from planner.calibration.own.calibrate import KNOWN, UNTOLD, Calibration, again, calibrate
from planner.calibration.own.kept import own_of
from planner.calibration.own.missing import MissingError
from planner.calibration.own.store import read, stored
from planner.catalogs import Catalogs
from planner.evidence.points import read_points
from planner.evidence.predict import predict
from tests.consistency.drawn import TORTURE
from tests.planner.calibration.own.conftest import LOADS, MODEL, SLOW, C, asked, measured_rows, own_in, write_rows

OTHERS = ((3000, 100, 12), (300, 1000, 48), (1500, 400, 6))


def tpot_s(rows: list[dict[str, str]], catalogs: Catalogs, coefficients: object = C) -> np.ndarray:
    batches, _, _ = read_points(rows, catalogs)
    (batch,) = batches.values()
    return predict(batch.points, coefficients).tpot_s  # type: ignore[arg-type]


@pytest.fixture
def ten(tmp_path: Path, with_own: Catalogs) -> Path:
    return write_rows(tmp_path / "ten.csv", measured_rows(asked(), with_own))


@pytest.fixture(scope="module")
def with_made_up(tmp_path_factory: pytest.TempPathFactory) -> Catalogs:
    return Catalogs.read(own_in(tmp_path_factory.mktemp("catalog")))


@pytest.fixture(scope="module")
def of_ten(tmp_path_factory: pytest.TempPathFactory, with_made_up: Catalogs) -> Calibration:
    """What ten points give, of which several tests ask; nothing is stored."""
    path = write_rows(tmp_path_factory.mktemp("rows") / "ten.csv", measured_rows(asked(), with_made_up))
    return calibrate([path], {}, with_made_up, C, day="2026-11-29")


def test_ten_points_of_a_slower_gpu_bring_tpot_near_and_its_interval_to_a_third(
    of_ten: Calibration, with_own: Catalogs
) -> None:
    found = of_ten
    rows = asked(OTHERS)
    truth = SLOW * tpot_s(rows, with_own)
    after = tpot_s(rows, with_own, C.with_own(found.own))
    assert np.all(np.abs(after / truth - 1.0) < 0.05)
    (tpot,) = (place for place in found.answer.places if place.figure == "tpot")
    assert tpot.error_before > 0.15
    assert tpot.error_left_out < 0.05
    width = [np.log(high / low) for low, high in (tpot.interval, tpot.interval_before)]
    assert width[0] <= width[1] / 3.0


def left(files: list[Path], catalogs: Catalogs) -> np.ndarray:
    """Errors of a model that no file measured, on the slower GPU, over those before."""
    own = C.with_own(calibrate(files, {}, catalogs, C, day="2026-11-29").own)
    other = asked(OTHERS, model="Qwen/Qwen3-14B")
    truth = SLOW * tpot_s(other, catalogs)
    before, after = (np.abs(np.log(tpot_s(other, catalogs, c) / truth)) for c in (C, own))
    return after / before


def test_other_models_follow_where_several_agree(ten: Path, with_own: Catalogs) -> None:
    """One model may differ by itself."""
    several = [
        write_rows(ten.with_name(f"{k}.csv"), measured_rows(asked(LOADS[2 * k : 2 * k + 2], model=name), with_own))
        for k, name in enumerate((MODEL, "Qwen/Qwen3-8B", "Qwen/Qwen3-4B", "google/gemma-3-4b-it", "Qwen/Qwen3-32B"))
    ]
    one, many = left([ten], with_own), left(several, with_own)
    assert np.all((many < 0.7) & (many < one) & (one < 1.0))


def test_no_other_gpu_or_engine_changes(of_ten: Calibration, with_own: Catalogs) -> None:
    own = C.with_own(of_ten.own)
    for cells in ({"gpu": "L40S"}, {"gpu": "H100 SXM"}, {"engine": "SGLang", "engine_version": "0.5.2"}):
        same = asked(OTHERS, **cells)
        assert tpot_s(same, with_own, own).tolist() == tpot_s(same, with_own).tolist()


def test_the_basis_says_whose_runs_and_of_which_day(of_ten: Calibration, with_own: Catalogs) -> None:
    own = C.with_own(of_ten.own)
    (point, *_) = read_points(asked(), with_own)[0].popitem()[1].points
    assert own.basis(point.case) == "measured (yours, 2026-11-20, 10 points)"
    assert own.interval_on("tpot", own.basis(point.case)) != C.interval_on("tpot", C.basis(point.case))
    assert own.basis(point.case._replace(gpu="l40s")) == C.basis(point.case._replace(gpu="l40s"))


def test_runs_that_cannot_be_are_refused_with_the_reason_and_the_others_count(
    tmp_path: Path, with_own: Catalogs
) -> None:
    rows = measured_rows(asked(), with_own)
    rows[0] |= {"tpot_ms_mean": "0.5", "ttft_ms_mean": "50", "output_tok_s": ""}
    rows[1] |= {"e2e_s_mean": "900"}
    rows[2] |= {"tpot_ms_mean": "", "ttft_ms_mean": "", "output_tok_s": ""}
    rows[3] |= {"model": "meta-llama/Llama-3.1-405B"}
    found = calibrate([write_rows(tmp_path / "a.csv", rows)], {}, with_own, C, day="2026-11-29").answer
    reasons = [refused.reason for refused in found.refused]
    assert "above the memory roof" in reasons[0]
    assert "the mean latency is 900 s" in reasons[1]
    assert reasons[2] == UNTOLD
    assert "of the card" in reasons[3]
    assert [place.points for place in found.places] == [6, 6, 6]


@pytest.mark.parametrize(("name", "value"), [
    ("tpot_ms_mean", "1e308"), ("output_tok_s", "1e-5"),
    *([("tpot_ms_mean", "1e9"), ("ttft_ms_mean", "1e11")] if TORTURE else []),
])  # fmt: skip
def test_a_figure_far_from_any_server_is_refused_and_the_others_count(
    tmp_path: Path, with_own: Catalogs, name: str, value: str
) -> None:
    rows = measured_rows(asked(), with_own)
    rows[0] = {k: v for k, v in rows[0].items() if not k.startswith(("ttft", "tpot", "output"))} | {name: value}
    found = calibrate([write_rows(tmp_path / "a.csv", rows)], {}, with_own, C, day="2026-11-29").answer
    (refused,) = found.refused
    assert "impossible" in refused.reason
    assert [place.points for place in found.places] == [9, 9, 9]


def test_what_is_missing_is_asked_for_by_its_flag(tmp_path: Path, with_own: Catalogs) -> None:
    rows = measured_rows(asked(), with_own)
    for name, flag in (("gpu", "--gpu"), ("engine", "--engine"), ("model", "--model"), ("osl", "--osl")):
        path = write_rows(tmp_path / "a.csv", [row | {name: ""} for row in rows])
        with pytest.raises(MissingError, match=flag):
            calibrate([path], {}, with_own, C, day="2026-11-29")


def test_runs_add_up_over_calls_and_are_not_counted_twice(
    ten: Path, of_ten: Calibration, own: Path, with_own: Catalogs
) -> None:
    rows = measured_rows(asked(), with_own)
    first, second = (write_rows(ten.with_name(n), part) for n, part in (("1.csv", rows[:5]), ("2.csv", rows[5:])))
    calibrate([first], {}, with_own, C, day="2026-11-29", overlay=own).stored_in(own)
    found = calibrate([second], {}, with_own, C, day="2026-11-29", overlay=own)
    assert {place.points for place in found.answer.places} == {10}
    found.stored_in(own)
    whole = of_ten.own
    kept = own_of(own, C, with_own)
    assert kept.factors == pytest.approx(whole.factors, rel=1e-3)
    twice = calibrate([ten], {}, with_own, C, day="2026-11-29", overlay=own).answer
    assert twice.status == "refused"
    assert {refused.reason for refused in twice.refused} == {KNOWN}


def test_another_release_calibrates_anew_from_the_stored_rows(ten: Path, own: Path, with_own: Catalogs) -> None:
    made = calibrate([ten], {}, with_own, C, day="2026-11-29", overlay=own)
    made.stored_in(own)
    records = [(path, read(path)) for path in stored(own)]
    assert again(records, with_own, C).factors == pytest.approx(made.own.factors, rel=1e-6)
