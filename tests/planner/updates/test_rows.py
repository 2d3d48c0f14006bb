"""Rows of a public list as rows of our prices."""

from __future__ import annotations

from hardware_db.catalog import HardwareCatalog
from planner.updates.rows import as_rows, counts, read_rows
from planner.updates.source import sources
from tests.planner.updates.conftest import HEAD, aws

(AWS,) = sources().of(["aws"])


def test_a_machine_keeps_what_is_known_of_it() -> None:
    read = read_rows(HEAD + aws("p5.48xlarge", "H100", 8, 41.5, 12.25), "there", AWS, HardwareCatalog())
    (row,) = as_rows(read, AWS, {"as_of": "2026-11-28"})
    assert (row["accelerator"], row["accelerators"], row["offer_class"]) == ("h100-sxm", "8", "hyperscaler")
    assert (row["usd_per_hour_on_demand"], row["usd_per_hour_spot"]) == ("41.5", "12.25")
    assert (row["provider"], row["region"], row["as_of"]) == ("aws", "us-east-1", "2026-11-28")


def test_a_machine_without_a_price_is_no_offer() -> None:
    rows = "".join(
        aws("p5.48xlarge", "H100", 8, usd, "", region) for usd, region in (("", "a"), (0, "b"), ("nan", "c"))
    )
    assert as_rows(read_rows(HEAD + rows, "there", AWS, HardwareCatalog()), AWS, {}) == []


def test_names_are_counted_the_most_frequent_first() -> None:
    assert counts([("a", 1), ("b", 3)]) == "b x3, a x1"
    assert counts([(str(i), 1) for i in range(8)], most=2) == "0 x1, 1 x1 and 6 more"
