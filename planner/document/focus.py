"""A cost forecast in the columns of the FinOps FOCUS specification: a forecast, never billing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date

from planner.document.record import Fact, FigureTable, Report
from planner.words import cell_of

FOCUS_VERSION = "1.0"
# The columns of FOCUS 1.0, in alphabetical order as the specification lists them. Source, read 2026-11-29:
# github.com/FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec, specification/columns/columns.mdpp at 07eb2f3e, which has all
# of these but for three that were renamed after 1.2 (provider, publisher, invoice issuer). What 1.1 and later added
# (capacity reservations, invoice id, SKU meter, account types and the like) is left out.
COLUMNS = (
    "AvailabilityZone", "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd",
    "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd",
    "ChargePeriodStart", "CommitmentDiscountCategory", "CommitmentDiscountId", "CommitmentDiscountName",
    "CommitmentDiscountStatus", "CommitmentDiscountType", "ConsumedQuantity", "ConsumedUnit", "ContractedCost",
    "ContractedUnitPrice", "EffectiveCost", "InvoiceIssuerName", "ListCost", "ListUnitPrice", "PricingCategory",
    "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "RegionId", "RegionName", "ResourceId",
    "ResourceName", "ResourceType", "ServiceCategory", "ServiceName", "SkuId", "SkuPriceId", "SubAccountId",
    "SubAccountName", "Tags",
)  # fmt: skip
OWN = ("x_Forecast", "x_FocusVersion", "x_InputSha256", "x_ReportAsOf", "x_Line", "x_Month")
FREQUENCY = {"capex": "One-Time", "rent": "Usage-Based", "tokens": "Usage-Based"}
CATEGORY = {"capex": "Purchase", "rent": "Usage", "tokens": "Usage"}
PRICING = {"on_demand": "Standard", "spot": "Dynamic", "1y_reserved": "Committed", "3y_reserved": "Committed",
           "capacity_block": "Committed"}  # fmt: skip
LINES = ("rent", "tokens", "capex", "hosting", "support", "staff", "licences")


def focus_csv(report: Report) -> bytes:
    """One row a month and a line of cost of what was decided; months of a fleet are alike.

    BilledCost is 0 in every row: nothing has been billed. The forecast stands in ListCost, ContractedCost and
    EffectiveCost, and every row says that it is one. Periods begin with the month after the day of the report.
    """
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [*COLUMNS, *OWN], lineterminator="\r\n", restval="")
    writer.writeheader()
    for row in _rows(report):
        writer.writerow({key: cell_of(value) if isinstance(value, str) else value for key, value in row.items()})
    return out.getvalue().encode("utf-8")


def _rows(report: Report) -> Iterator[dict[str, str | float]]:
    start = date.fromisoformat(report.as_of)
    offer = report.offers[0] if report.offers else None
    table = _chosen(report)
    if table is None:
        for month in range(1, 13):
            for each in report.offers:
                usd = each.machines * each.usd_per_hour_each * _hours(report)
                yield _row(report, start, month, "rent", usd) | _machine(each.provider, each.instance_type, each.region,
                                                                         each.commitment)  # fmt: skip
        return
    keys = [column.key for column in table.columns]
    for n, cells in enumerate(table.rows, 1):
        for line in LINES:
            paid = cells[keys.index(line)] if line in keys else None
            if isinstance(paid, int | float) and paid:
                row = _row(report, start, n, line, float(paid))
                if offer is not None and line in ("rent", "capex"):
                    row |= _machine(offer.provider, offer.instance_type, offer.region, offer.commitment)
                yield row


def _chosen(report: Report) -> FigureTable | None:
    """The months of the way that was decided on, by what its net present value names."""
    npv = next((f for f in report.figures() if f.key == "decision.npv"), None)
    if not isinstance(npv, Fact):
        return None
    key = npv.formula.removesuffix(".npv")
    return next((table for table in report.tables() if table.key == key), None)


def _hours(report: Report) -> float:
    found = next((f.value for f in report.figures() if f.key.endswith(".hours_per_month")), None)
    assert isinstance(found, int | float)
    return float(found)


def _row(report: Report, start: date, month: int, line: str, usd: float) -> dict[str, str | float]:
    begin, end = (f"{_month(start, n).isoformat()}T00:00:00Z" for n in (month, month + 1))
    compute = line in ("rent", "capex")
    return {
        "BilledCost": 0, "BillingAccountId": "forecast", "BillingAccountName": report.title, "BillingCurrency": "USD",
        "BillingPeriodStart": begin, "BillingPeriodEnd": end, "ChargePeriodStart": begin, "ChargePeriodEnd": end,
        "ChargeCategory": CATEGORY.get(line, "Usage"), "ChargeFrequency": FREQUENCY.get(line, "Recurring"),
        "ChargeDescription": f"Forecast, not billed: {line}, {report.title}", "ListCost": usd, "ContractedCost": usd,
        "EffectiveCost": usd, "InvoiceIssuerName": "forecast", "ProviderName": "forecast", "PublisherName": "forecast",
        "ServiceCategory": "AI and Machine Learning" if line == "tokens" else "Compute" if compute else "Other",
        "ServiceName": line, "x_Forecast": "true", "x_FocusVersion": FOCUS_VERSION,
        "x_InputSha256": report.asked.sha256, "x_ReportAsOf": report.as_of, "x_Line": line, "x_Month": month,
    }  # fmt: skip


def _machine(provider: str, instance_type: str, region: str, commitment: str) -> dict[str, str | float]:
    named = {} if region in ("", "any") else {"RegionId": region, "RegionName": region}
    return {
        "ProviderName": provider, "PublisherName": provider, "InvoiceIssuerName": provider, "ResourceType": "machine",
        "ResourceId": instance_type, "ResourceName": instance_type,
        "PricingCategory": PRICING.get(commitment, "Other"), **named,
    }  # fmt: skip


def _month(start: date, number: int) -> date:
    """The first day of the month that is so many after the day of the report.

    >>> _month(date(2026, 11, 9), 1), _month(date(2026, 11, 9), 14)
    (datetime.date(2026, 12, 1), datetime.date(2028, 1, 1))
    """
    months = start.year * 12 + start.month - 1 + number
    return date(months // 12, months % 12 + 1, 1)
