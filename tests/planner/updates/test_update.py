"""`prices update`: from a host on the loopback into the user's catalog, whole or not at all, one line for all else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hardware_db.catalog import HardwareCatalog
from hardware_db.price_rows import read_offers
from planner import Planner
from planner.cli.main import main
from planner.errors import NetworkError, PlannerError
from planner.request.reading import parse_request
from planner.updates import update as module
from planner.updates.source import sources
from planner.updates.update import update
from tests.planner.updates.conftest import HEAD, Host, aws

TODAY = date(2026, 11, 29)
AWS, LIUM, LAMBDA = "v8/aws/vms.csv", "v8/lium/vms.csv", "v8/lambda/vms.csv"
P5 = ("aws", "p5.48xlarge", "us-east-1")


def fetch(host: Host, folder: Path, **more: Any) -> Any:
    (found,) = update(folder, today=TODAY, base=host.url, **{"providers": ["aws"], **more})
    return found


def offer(folder: Path, key: tuple[str, str, str], field: str) -> Any:
    found = [o for o in HardwareCatalog(folder).offers if o.key == key and getattr(o, field) is not None]
    assert len(found) == 1
    return found[0]


def test_a_newer_price_replaces_that_of_its_machine_region_and_commitment(host: Host, tmp_path: Path) -> None:
    shipped = next(o for o in HardwareCatalog().offers if o.key == P5)
    assert shipped.usd_per_hour_on_demand
    assert shipped.usd_per_hour_3y_reserved
    host.put(AWS, HEAD + aws("p5.48xlarge", "H100", 8, 41.5, "") + aws("p5.48xlarge", "H100", 8, 42.5, ""))
    found = fetch(host, tmp_path)
    assert found.saved == str(tmp_path / "updates" / "aws.csv")
    new = offer(tmp_path, P5, "usd_per_hour_on_demand")
    assert (new.usd_per_hour_on_demand, new.as_of, new.accelerator) == (41.5, "2026-11-28", "h100-sxm")
    assert (new.offer_class, new.min_accelerators) == (shipped.offer_class, shipped.min_accelerators)
    old = offer(tmp_path, P5, "usd_per_hour_3y_reserved")
    assert (old.usd_per_hour_3y_reserved, old.as_of) == (shipped.usd_per_hour_3y_reserved, shipped.as_of)
    (changed,) = found.changes.changed
    assert (changed.old, changed.new) == (shipped.usd_per_hour_on_demand, 41.5)
    assert next(o for o in HardwareCatalog().offers if o.key == P5) == shipped


def test_the_answers_rest_on_it(host: Host, tmp_path: Path) -> None:
    host.put(AWS, HEAD + aws("p5.48xlarge", "H100", 8, 1.25, ""))
    fetch(host, tmp_path)
    asked = {
        "model": "Qwen/Qwen3-8B", "traffic": {"rate_per_s": 1.0}, "sla": {"tpot_p95_s": 0.05},
        "scope": {"gpus": ["H100"], "providers": ["aws"]},
    }  # fmt: skip
    answer = Planner(tmp_path).plan(parse_request(asked), verify=False)
    assert answer.status == "feasible"
    assert (answer.cluster.machine.instance_type, answer.cluster.cost.usd_per_hour) == ("p5.48xlarge", 1.25)
    assert answer.cluster.machine.price_as_of == "2026-11-28"
    assert "skypilot-catalog v8/aws/vms.csv (Apache-2.0), read 2026-11-29" in answer.cluster.machine.price_source
    reserved = {**asked, "scope": {**asked["scope"], "commitment": "3y_reserved"}}  # type: ignore[dict-item]
    later, shipped = (Planner(f).plan(parse_request(reserved), verify=False) for f in (tmp_path, None))
    assert later.status == shipped.status == "feasible"
    assert later.cluster.cost == shipped.cluster.cost


def test_what_is_not_known_is_counted_and_what_has_no_gpu_is_no_offer(host: Host, tmp_path: Path) -> None:
    rows = [
        aws("p5.48xlarge", "H100", 8, 41.5, ""), aws("a1.large", "", 0, 0.1, ""), aws("g3s.xlarge", "M60", 1, 1, ""),
        aws("g3s.xlarge", "M60", 1, 1, ""), aws("p4d.24xlarge", "A100", 4, 9, ""),
    ]  # fmt: skip
    host.put(AWS, HEAD + "".join(rows))
    found = fetch(host, tmp_path)
    assert found.unknown == {"g3s.xlarge (M60)": 2, "p4d.24xlarge (4 x A100, not 8)": 1}
    assert [o.instance_type for o in read_offers(tmp_path / "updates" / "aws.csv")] == ["p5.48xlarge"]


def test_a_spot_price_above_the_other_is_none_and_a_new_region_is_new(host: Host, tmp_path: Path) -> None:
    host.put(AWS, HEAD + aws("p5.48xlarge", "H100", 8, 41.5, 41.5) + aws("p5.48xlarge", "H100", 8, 50, 20, "mars-1"))
    found = fetch(host, tmp_path)
    spots = {o.region: o.usd_per_hour_spot for o in found.offers}
    assert spots == {"us-east-1": None, "mars-1": 20.0}
    assert {(c.region, c.commitment) for c in found.changes.new} == {("mars-1", "on_demand"), ("mars-1", "spot")}


def test_what_was_fetched_before_and_is_no_longer_listed_is_gone(host: Host, tmp_path: Path) -> None:
    host.put(AWS, HEAD + aws("p5.48xlarge", "H100", 8, 41.5, "") + aws("p5.48xlarge", "H100", 8, 50, "", "mars-1"))
    fetch(host, tmp_path)
    host.put(AWS, HEAD + aws("p5.48xlarge", "H100", 8, 41.5, ""))
    found = fetch(host, tmp_path, dry_run=True)
    assert [(c.region, c.old, c.new) for c in found.changes.gone] == [("mars-1", 50.0, None)]
    assert (found.changes.same, found.saved) == (1, None)
    assert len(read_offers(tmp_path / "updates" / "aws.csv")) == 2
    fetch(host, tmp_path)
    assert "mars-1" not in {o.region for o in HardwareCatalog(tmp_path).offers}


def test_an_older_list_replaces_nothing(host: Host, tmp_path: Path) -> None:
    before = next(o for o in HardwareCatalog().offers if o.key == P5)
    host.put(AWS, HEAD + aws("p5.48xlarge", "H100", 8, 1.0, ""))
    found = fetch(host, tmp_path, as_of=date(2024, 1, 1))
    assert (found.changes.older, found.changes.changed) == (1, [])
    assert next(o for o in HardwareCatalog(tmp_path).offers if o.key == P5) == before


def test_the_users_own_list_stays_above_it(host: Host, tmp_path: Path) -> None:
    head = "provider,instance_type,region,accelerator,accelerators,usd_per_hour_on_demand,as_of,source\n"
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / "mine.csv").write_text(
        f"{head}aws,p5.48xlarge,us-east-1,h100-sxm,8,30,2025-01-01,contract\n"
    )
    host.put(AWS, HEAD + aws("p5.48xlarge", "H100", 8, 41.5, ""))
    fetch(host, tmp_path)
    assert [o.usd_per_hour_on_demand for o in HardwareCatalog(tmp_path).offers if o.key == P5] == [30.0]


def test_machines_that_others_name_otherwise_get_our_names(host: Host, tmp_path: Path) -> None:
    host.put(LIUM, HEAD + aws("B200_8x", "B200", 8.0, 50.5, "", "FI") + aws("RTX4090_3x", "RTX4090", 3, 1.1, "", "FI")
             + aws("X_1x", "MYSTERY", 1, 1, ""))  # fmt: skip
    found = fetch(host, tmp_path, providers=["lium"])
    assert {o.instance_type: (o.accelerator, o.offer_class) for o in found.offers} == {
        "8x b200": ("b200", "community"), "3x rtx-4090": ("rtx-4090", "community"),
    }  # fmt: skip
    assert found.unknown == {"MYSTERY": 1}
    host.put(
        LAMBDA, HEAD + aws("gpu_1x_a10", "A10", 1, 1.5, "", "us-east-1") + aws("gpu_1x_a10", "A10", 1, 1.4, "", "x")
    )
    (flat,) = fetch(host, tmp_path, providers=["lambda"]).offers
    assert (flat.region, flat.usd_per_hour_on_demand) == ("any", 1.4)


GOOD = HEAD + aws("p5.48xlarge", "H100", 8, 41.5, "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("41.5", "abc"), "line 2: Price: 'abc' is not a number"),
        (GOOD.replace("41.5", "-3"), "line 2: Price: '-3' is below zero"),
        (GOOD.replace("41.5", "1e9"), "usd_per_hour_on_demand"),
        (GOOD.replace("Price", "Cost"), "column 'Price' is missing"),
        (GOOD.replace(",x86_64", ""), "line 2: wrong number of cells"),
        (GOOD.replace("p5.48xlarge", "k80.big"), "none of its machines is known"),
        (GOOD.replace("us-east-1", "=cmd()"), "begins like a formula"),
        (GOOD.replace("us-east-1,", "us\x1b[31m,"), "cannot be printed"),
        (HEAD, "none of its machines"),
        ("", "column 'InstanceType' is missing"),
    ],
)
def test_a_bad_list_is_one_line_and_nothing_is_written(host: Host, tmp_path: Path, text: str, said: str) -> None:
    host.put(AWS, text)
    host.put(LAMBDA, HEAD + aws("gpu_1x_a10", "A10", 1, 1.5, ""))
    with pytest.raises(PlannerError, match=said) as caught:
        update(tmp_path, today=TODAY, base=host.url, providers=["lambda", "aws"])
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "updates").exists()


def _status(host: Host) -> None:
    host.status = 503


def _cut(host: Host) -> None:
    host.cut = 10


def _none(host: Host) -> None:
    host.files = {}


@pytest.mark.parametrize(("fault", "said"), [(_status, "503"), (_cut, "ended after"), (_none, "no such file")])
def test_what_the_network_does_is_one_line_and_code_74(
    host: Host, tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: Callable[[Host], None], said: str
) -> None:
    host.put(AWS, GOOD)
    fault(host)
    code = main(["prices", "update", "--provider", "aws", "--from", host.url, "--catalog", str(tmp_path)])
    error = capsys.readouterr().err
    assert (code, error.count("\n")) == (74, 1)
    assert said in error
    assert not (tmp_path / "updates").exists()


def test_bytes_rows_and_time_are_bounded(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host.put(AWS, GOOD)
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    with pytest.raises(PlannerError, match="larger than 10 bytes"):
        fetch(host, tmp_path)
    monkeypatch.setattr(module, "MOST_BYTES", 10_000)
    monkeypatch.setattr("planner.updates.rows.MOST_ROWS", 1)
    with pytest.raises(PlannerError, match="more than 1 rows"):
        fetch(host, tmp_path)
    monkeypatch.setattr("planner.updates.rows.MOST_ROWS", 10)
    monkeypatch.setattr(module, "MOST_OF_ALL", 0)
    with pytest.raises(NetworkError, match="together take more than 0 bytes"):
        fetch(host, tmp_path)
    monkeypatch.setattr(module, "MOST_OF_ALL", 10_000)
    host.slow = True
    monkeypatch.setattr(module, "MOST_S", 0.4)
    with pytest.raises(NetworkError, match="timed out"):
        fetch(host, tmp_path)


def test_a_place_without_a_day_asks_for_it_and_none_is_to_come(host: Host, tmp_path: Path) -> None:
    host.put(AWS, GOOD)
    host.headers = {}
    with pytest.raises(PlannerError, match=r"--as-of: .* states no day"):
        fetch(host, tmp_path)
    with pytest.raises(PlannerError, match="is yet to come"):
        fetch(host, tmp_path, as_of=date(2027, 1, 1))
    assert fetch(host, tmp_path, as_of=date(2026, 11, 1)).as_of == "2026-11-01"


def test_the_public_place_is_dated_by_its_last_change(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = sources().model_copy(update={"base": host.url, "dated": f"{host.url}/day/"})
    monkeypatch.setattr(module, "sources", lambda: there)
    host.put(AWS, GOOD)
    host.headers = {}
    host.put(f"day/{AWS}", json.dumps([{"commit": {"committer": {"date": "2026-11-20T07:00:00Z"}}}]))
    assert fetch(host, tmp_path, dry_run=True).as_of == "2026-11-20"
    for text in ("[]", "{}", "nonsense", '[{"commit": 1}]'):
        host.put(f"day/{AWS}", text)
        with pytest.raises(PlannerError, match="states no day of the last change"):
            fetch(host, tmp_path)
