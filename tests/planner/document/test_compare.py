"""What changed since an older report, in dollars that add up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from planner.document.compare import compared, read_report
from planner.document.record import CostChange, Report
from planner.document.written import as_json
from planner.errors import InputError
from planner.planner import Planner
from planner.request.reading import parse_request, read_toml
from planner.tco.request import parse_tco
from tests.planner.document.conftest import SMALL
from tests.planner.tco.conftest import PRICES


def told(changes: list[CostChange]) -> dict[str, float | None]:
    return {change.what: change.usd_per_month for change in changes}


def older(made: Report, **changes: Any) -> Report:
    return made.model_copy(update=changes)


def test_an_old_price_is_told_apart_with_its_dollars(planner: Planner, made: Report) -> None:
    offer = made.offers[0]
    before = offer.model_copy(update={"usd_per_hour_each": offer.usd_per_hour_each / 2})
    usd = offer.machines * offer.usd_per_hour_each / 2 * 730.5
    assert made.usd_per_month is not None
    old = older(made, offers=[before], usd_per_month=made.usd_per_month - usd)
    found = told(compared(planner, old, made).changes)
    assert found == {"price": pytest.approx(usd, abs=0.01), "total": pytest.approx(usd, abs=0.01)}


def test_another_calibration_has_what_price_and_input_leave(planner: Planner, made: Report) -> None:
    stamps = made.stamps.model_copy(update={"calibration_sha256": "0"})
    assert made.usd_per_month is not None
    old = older(made, stamps=stamps, usd_per_month=made.usd_per_month + 10.0)
    found = told(compared(planner, old, made).changes)
    assert found == {"calibration": pytest.approx(-10.0), "total": pytest.approx(-10.0)}


def test_another_input_is_planned_anew_and_its_keys_are_named(planner: Planner, made: Report) -> None:
    request = {**made.asked.request, "traffic": {**made.asked.request["traffic"], "rate_per_s": 1.0}}
    asked = made.asked.model_copy(update={"request": request, "sha256": "0"})
    found = compared(planner, older(made, asked=asked), made)
    first = found.changes[0]
    assert first.what == "input"
    assert "traffic.rate_per_s: 1.0, now 4.0" in first.text
    effects = [change.usd_per_month for change in found.changes]
    assert sum(usd or 0.0 for usd in effects[:-1]) == pytest.approx(effects[-1], abs=0.02)


def test_an_offer_that_is_gone_is_said(planner: Planner, made: Report) -> None:
    gone = made.offers[0].model_copy(update={"instance_type": "gone"})
    texts = [change.text for change in compared(planner, older(made, offers=[gone]), made).changes]
    assert "no longer offered" in texts[0]


def test_a_file_reads_back_and_other_files_are_one_line(made: Report, tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_bytes(as_json(made))
    assert read_report(path) == made
    broken = {"{": "not valid JSON", "[]": "not a report", '{"schema_version": "0"}': "not a report"}
    for text, message in broken.items():
        path.write_text(text)
        with pytest.raises(InputError, match=message):
            read_report(path)
    path.write_text(json.dumps({**json.loads(as_json(made)), "sections": 3}))
    with pytest.raises(InputError, match=r"--compare: .*sections"):
        read_report(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"usd_per_month": -1.0}, "usd_per_month: -1 is no sum"),
        ({"usd_per_month": 1e16}, "usd_per_month: 1e.16 is no"),
        ({"title": "\ud800"}, "lone surrogate"), ({"title": 10**400}, "more than 300 digits"),
        ({"offers": {"usd_per_hour_each": 1e200, "machines": 1e200}}, "offers.0: inf is no sum of dollars"),
        ({"offers": {"machines": float("nan")}}, "offers.0.machines"),
        ({"offers": {"machines": float("inf")}}, "offers.0.machines"), ({"as_of": []}, "as_of"),
    ],
)  # fmt: skip
def test_figures_and_texts_that_no_report_holds_are_refused(
    changes: dict[str, Any], message: str, made: Report, tmp_path: Path
) -> None:
    data = json.loads(as_json(made))
    if isinstance(changes.get("offers"), dict):
        changes = {"offers": [{**data["offers"][0], **changes["offers"]}]}
    path = tmp_path / "old.json"
    path.write_text(json.dumps({**data, **changes}))
    with pytest.raises(InputError, match=f"--compare: .*{message}"):
        read_report(path)


def test_of_many_changes_the_first_are_told(planner: Planner, made: Report) -> None:
    gone = [made.offers[0].model_copy(update={"instance_type": f"gone {i}"}) for i in range(150)]
    text = compared(planner, older(made, offers=gone), made).changes[0].text
    assert text.endswith("; and 50 more")
    assert len(text) < 10_000


@pytest.mark.parametrize("name", ["chat-70b", "users", "money"])
def test_the_input_that_a_report_keeps_is_the_request_again(name: str) -> None:
    path = Path(__file__).parents[3] / "examples" / f"{name}.toml"
    request, _ = parse_tco(read_toml(path))
    again = parse_request(json.loads(json.dumps(request.model_dump(mode="json", exclude_unset=True))))
    assert again == request


def test_a_preset_is_the_same_traffic_again() -> None:
    data = {"model": "m", "traffic": {"preset": "azure-conversation", "rate_per_s": 3.0}}
    request = parse_request(data)
    assert parse_request(request.model_dump(mode="json", exclude_unset=True)) == request


def test_a_day_that_nobody_stated_is_no_input(made: Report, planner: Planner) -> None:
    data = {key: value for key, value in SMALL["scope"].items() if key != "as_of"}
    request, terms = parse_tco({**SMALL, "scope": data})
    found = planner.report(request, terms, prices=PRICES)
    assert "as_of" not in found.asked.request["scope"]
    assert found.as_of == planner.today.isoformat()
    assert made.asked.request["scope"]["as_of"] == "2026-11-20"
