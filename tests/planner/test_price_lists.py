"""A company's own list of prices: taken whole or not at all, and what is wrong with it is one line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hardware_db.catalog import HardwareCatalog
from hardware_db.price_rows import MAX_FILE_BYTES
from planner.cli.main import main
from planner.errors import PlannerError
from planner.overlay import adopt, import_prices

HEAD = "provider,instance_type,region,accelerator,accelerators,usd_per_hour_on_demand,as_of,source\n"
ROW = "Our DC,rack-8,Berlin,h100-sxm,8,9.5,2026-11-01,contract 4711\n"


def test_a_list_is_in_the_catalog_afterwards(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, overlay = tmp_path / "mine.csv", tmp_path / "catalog"
    source.write_bytes(b"\xef\xbb\xbf" + (HEAD + ROW).replace("\n", "\r\n").encode())
    overlay.mkdir()
    assert main(["prices", "import", str(source), "--catalog", str(overlay), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["imported"].startswith("1 offer saved as ")
    mine = next(o for o in HardwareCatalog(overlay).offers if o.provider == "Our DC")
    assert (mine.offer_class, mine.usd_per_hour_on_demand, mine.accelerators) == ("own", 9.5, 8.0)
    assert mine == next(o for o in HardwareCatalog().offers_of(source))


def test_a_newer_list_of_that_name_replaces_the_older(tmp_path: Path) -> None:
    source, overlay = tmp_path / "mine.csv", tmp_path / "catalog"
    source.write_text(HEAD + ROW + ROW.replace("rack-8", "rack-9"))
    assert "2 offers saved" in adopt(source, overlay)
    source.write_text(HEAD + ROW.replace("9.5", "8.5"))
    assert "gone from what stood there: 1 offer" in import_prices(source, overlay)
    mine = [o for o in HardwareCatalog(overlay).offers if o.provider == "Our DC"]
    assert [o.usd_per_hour_on_demand for o in mine] == [8.5]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + ROW.replace("h100-sxm", "h100-sxn"), "line 2: accelerator: 'h100-sxn' is not known .nearest: h100-sxm"),
        (HEAD + ROW.replace("9.5", ""), "line 2: Our DC rack-8 Berlin has no price"),
        (HEAD + ROW.replace("9.5", "nan"), "line 2: usd_per_hour_on_demand"),
        (HEAD + ROW.replace("9.5", "1e999"), "line 2: usd_per_hour_on_demand"),
        (HEAD + ROW.replace("9.5", "9,5"), "line 2: wrong number of cells"),
        (HEAD + ROW + ROW, "line 3: Our DC rack-8 Berlin stands on line 2, too"),
        (HEAD + ROW.replace("Our DC", "Our\x1b[31mDC"), "line 2: provider: .* cannot be printed"),
        (HEAD + ROW.replace("Berlin", "\u202eBerlin"), "line 2: region: .* cannot be printed"),
        (HEAD + ROW.replace("Our DC", "=1+1"), "line 2: provider"),
        (HEAD + ROW.replace("rack-8", "x" * 200_000), "not valid CSV"),
        (HEAD + ROW.replace("contract 4711", "x" * 3000), "line 2: source"),
        (HEAD.replace("region", "regoin") + ROW, "'regoin' is no column .nearest: region"),
        (
            HEAD.replace("source", "source,currency") + ROW.replace("\n", ",EUR\n"),
            "'currency': prices are in USD",
        ),
        (HEAD + ROW.replace("h100-sxm", "A100"), r"line 2: accelerator: 'A100' may be a100-.*; name one"),
        (
            HEAD + ROW.replace("2026-11-01", "11/01/2026"),
            r"line 2: as_of: expected the day of the price as YYYY-MM-DD, ",
        ),
        (HEAD + ROW.replace("2026-11-01", "2026-13-01"), r"line 2: as_of: '2026-13-01' is no day of the calendar"),
        (HEAD + ROW.replace("9.5", "cheap"), r"usd_per_hour_on_demand: 'cheap' is not a number; expected USD an hour"),
        (HEAD + ROW.replace("Berlin", ""), r"line 2: region: is empty; expected a short text"),
        (HEAD, "a header without rows"),
        ("", "columns 'provider', .* are missing; needed are provider, instance_type, region, accelerator, .*a price"),
        ("x" * (MAX_FILE_BYTES + 1), "larger than"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_is_written(tmp_path: Path, text: str, said: str) -> None:
    source, overlay = tmp_path / "mine.csv", tmp_path / "catalog"
    source.write_text(text)
    with pytest.raises(PlannerError, match=said) as caught:
        import_prices(source, overlay)
    assert "\n" not in str(caught.value)
    assert not overlay.exists()


def test_only_a_regular_csv_file_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe")
    os.mkfifo(tmp_path / "pipe.csv")
    os.symlink("/dev/zero", tmp_path / "zero.csv")
    for name in ("bytes.csv", "pipe.csv", "zero.csv", "absent.csv", "list.txt"):
        with pytest.raises(PlannerError):
            import_prices(tmp_path / name, tmp_path / "catalog")
    assert not (tmp_path / "catalog").exists()
    assert main(["prices", "import"]) == 2
    assert "name one file" in capsys.readouterr().err


def test_the_list_to_fill_in_is_taken_as_it_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prices", "import", "--template"]) == 0
    (tmp_path / "mine.csv").write_text(capsys.readouterr().out)
    assert main(["prices", "import", str(tmp_path / "mine.csv"), "--catalog", str(tmp_path)]) == 0
    mine = next(o for o in HardwareCatalog(tmp_path).offers if o.provider == "Our provider")
    assert (mine.usd_per_hour_on_demand, mine.usd_per_hour_3y_reserved, mine.offer_class) == (20.0, 14.0, "own")
    assert main(["prices", "import", "--template", "mine.csv"]) == 2
    assert main(["prices", "--template"]) == 2
    assert main(["prices", "--dry-run"]) == 2


@pytest.mark.parametrize(("name", "taken"), [("H100", "h100-sxm"), ("L40S", "l40s"), ("NVIDIA B200", "b200")])
def test_gpus_go_by_the_names_that_everybody_uses(tmp_path: Path, name: str, taken: str) -> None:
    source = tmp_path / "mine.csv"
    source.write_text(HEAD + ROW.replace("h100-sxm", name))
    said = import_prices(source, tmp_path / "catalog")
    assert f"{name} is taken as {taken}" in said
    mine = next(o for o in HardwareCatalog(tmp_path / "catalog").offers if o.provider == "Our DC")
    assert mine.accelerator == taken


def test_every_error_is_in_words(tmp_path: Path) -> None:
    cells = dict(zip(HEAD.strip().split(","), ROW.strip().split(","), strict=True))
    for column in cells:
        source = tmp_path / "mine.csv"
        source.write_text(HEAD + ",".join({**cells, column: "?" * 2001}.values()) + "\n")
        with pytest.raises(PlannerError) as caught:
            import_prices(source, tmp_path / "catalog")
        assert f"line 2: {column}: " in str(caught.value)
        assert "pattern" not in str(caught.value)
        assert "^" not in str(caught.value)
