"""What changed since an older report, and why: price, catalog, calibration or input, each with its dollars a month."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from planner.answers import Infeasible, Plan
from planner.document.asking import Answering
from planner.document.record import SCHEMA_VERSION, Compared, CostChange, PaidOffer, Report
from planner.errors import InputError, PlannerError
from planner.files import bounded_text
from planner.fleet.answer import FleetPlan
from planner.fleet.request import FleetRequest, parse_fleet
from planner.formulas.time import HOURS_PER_MONTH
from planner.request.reading import parse_request
from planner.toml import json_of
from planner.words import first

if TYPE_CHECKING:
    from hardware_db.schema import Offer
    from planner.catalogs import Catalogs

# Bytes of an older report (those of docs/samples have 0.4 MB), dollars of a figure of it, and changes that are told.
MOST_BYTES, MOST_USD, MOST_TOLD = 2**23, 1e15, 100
# Less is rounding.
LEAST_USD = 0.005
What = Literal["catalog", "calibration", "catalog and calibration", "program"]


def read_report(path: Path) -> Report:
    """An older report from its JSON. Raises InputError, one line."""
    data = _data(path)
    told = data.get("schema_version") if isinstance(data, dict) else None
    if told != SCHEMA_VERSION:
        raise InputError(f"--compare: {path}: not a report of schema {SCHEMA_VERSION} (`gpuplan report -o old.json`)")
    try:
        found = Report.model_validate(data)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise InputError(f"--compare: {path}: {place}: {error.errors()[0]['msg']}") from error
    stated = [(f"offers.{i}", offer.machines * offer.usd_per_hour_each) for i, offer in enumerate(found.offers)]
    for place, usd in [("usd_per_month", found.usd_per_month or 0.0), *stated]:
        if not 0.0 <= usd <= MOST_USD:
            raise InputError(f"--compare: {path}: {place}: {usd:g} is no sum of dollars")
    return found


def _data(path: Path) -> Any:
    """What is in a file of JSON: finite numbers, and texts that a report can hold."""
    text = bounded_text(path, MOST_BYTES)
    try:
        data = json_of(text)
        json.dumps(data, allow_nan=False, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InputError(f"--compare: {path}: a part of it is not text (a lone surrogate)") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"--compare: {path}: not valid JSON ({error})") from error
    return data


def compared(planner: Answering, older: Report, newer: Report) -> Compared:
    """The difference in dollars, taken apart: the old input is planned anew on what is known today.

    price: the old machines at today's price of the same offer; catalog, calibration, program: what else the old input
    costs today, named by which stamps differ; input: the new input less the old one, both today. They add up to the
    total where both reports cost something.
    """
    today = None if older.asked.sha256 == newer.asked.sha256 else _today(planner, older)
    again = newer.usd_per_month if older.asked.sha256 == newer.asked.sha256 else today
    price = _price(older, planner.catalogs)
    changes = [*_input(older, newer, again), *_prices(older, price), *_rest(older, newer, again, price)]
    total = _less(newer.usd_per_month, older.usd_per_month)
    if not changes:
        changes = [CostChange(what="total", text="nothing changed: same input, prices, catalogs and calibration",
                              usd_per_month=total)]  # fmt: skip
    else:
        changes.append(CostChange(what="total", text=_total(older, newer), usd_per_month=total))
    return Compared(older_as_of=older.as_of, older_sha256=older.asked.sha256, changes=changes)


def _total(older: Report, newer: Report) -> str:
    before, now = (_usd(report.usd_per_month) for report in (older, newer))
    return f"from {before} a month on {older.as_of} to {now} on {newer.as_of}"


def _usd(value: float | None) -> str:
    return "no cost (infeasible)" if value is None else f"${value:,.2f}"


def _less(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else round(a - b, 2)


def _today(planner: Answering, older: Report) -> float | None:
    """Dollars a month of the old input, planned today; None where it cannot be met or read any more."""
    try:
        if older.kind == "fleet":
            return _fleet_today(planner, parse_fleet(older.asked.request), older)
        request = parse_request(older.asked.request)
        answer = planner.plan(request.on(planner.today))
    except PlannerError:
        return None
    return _of_answer(answer, older)


def _fleet_today(planner: Answering, request: FleetRequest, older: Report) -> float | None:
    day = request.scope.as_of or planner.today
    found = planner.fleet(request.model_copy(update={"scope": request.scope.on(day)}))
    return found.usd_per_month + _licences(older) if isinstance(found, FleetPlan) else None


def _of_answer(answer: Plan | Infeasible, older: Report) -> float | None:
    """As the old report counted: rent with the staff and licences that it had beside the rent."""
    if isinstance(answer, Infeasible):
        return None if answer.nearest is None else answer.nearest.cost.usd_per_month
    return answer.cluster.cost.usd_per_month + _beside_rent(older)


def _beside_rent(older: Report) -> float:
    """Dollars a month of the old report beside its machines."""
    rent = next((f.value for f in older.figures() if f.key == "decision.rent_usd_per_month"), None)
    return 0.0 if older.usd_per_month is None or not isinstance(rent, int | float) else older.usd_per_month - rent


def _licences(older: Report) -> float:
    stated = older.asked.options.get("licences_usd_per_month", 0.0)
    return float(stated) if isinstance(stated, int | float) else 0.0


def _price(older: Report, catalogs: Catalogs) -> tuple[float, list[str]]:
    """What the old machines cost more today [USD a month], and which prices moved or are gone."""
    total, texts = 0.0, []
    known = {(each.provider, each.instance_type, each.region): each for each in reversed(catalogs.hardware.offers)}
    for offer in older.offers:
        now = _price_now(offer, known)
        name = f"{offer.instance_type} ({offer.provider})"
        if now is None:
            texts.append(f"{name}: no longer offered under this commitment")
        elif abs(now - offer.usd_per_hour_each) > 1e-9:
            texts.append(f"{name}: ${offer.usd_per_hour_each:,.4g} an hour, now ${now:,.4g}")
            total += (now - offer.usd_per_hour_each) * offer.machines * HOURS_PER_MONTH
    return total, texts


def _price_now(offer: PaidOffer, known: Mapping[tuple[str, str, str], Offer]) -> float | None:
    """Today's price of an offer [USD/hour]; the old one for what is bought, which follows from many terms."""
    now = known.get((offer.provider, offer.instance_type, offer.region))
    if now is None:
        return offer.usd_per_hour_each if offer.commitment == "owned" else None
    value = getattr(now, f"usd_per_hour_{offer.commitment}", None)
    return None if value is None else float(value)


def _prices(older: Report, price: tuple[float, list[str]]) -> list[CostChange]:
    usd, texts = price
    return [CostChange(what="price", text=first(texts, MOST_TOLD, "; "), usd_per_month=round(usd, 2))] if texts else []


def _rest(older: Report, newer: Report, again: float | None, price: tuple[float, list[str]]) -> list[CostChange]:
    """What the old input costs otherwise today beside the prices of its own machines."""
    rest = _less(again, older.usd_per_month)
    rest = None if rest is None else round(rest - price[0], 2)
    what = _changed(older, newer)
    moved = rest is None or abs(rest) > LEAST_USD
    offers = older.stamps.prices_sha256 != newer.stamps.prices_sha256
    if what is None and not (offers and moved):
        return []
    if what is None:
        return [
            CostChange(what="price", text="other offers, which make another cluster the cheapest", usd_per_month=rest)
        ]
    also = "; other offers, too" if offers and moved else ""
    return [CostChange(what=what, text=f"{TEXTS[what]}{also}", usd_per_month=rest)]


TEXTS = {
    "catalog": "records of accelerators or of the model differ", "calibration": "the fitted coefficients differ",
    "catalog and calibration": "records and fitted coefficients both differ; their effects cannot be told apart",
    "program": "another version of the program",
}  # fmt: skip


def _changed(older: Report, newer: Report) -> What | None:
    records = older.stamps.catalog_sha256 != newer.stamps.catalog_sha256 and older.asked.sha256 == newer.asked.sha256
    fitted = older.stamps.calibration_sha256 != newer.stamps.calibration_sha256
    if records and fitted:
        return "catalog and calibration"
    if records or fitted:
        return "catalog" if records else "calibration"
    return "program" if older.version != newer.version else None


def _input(older: Report, newer: Report, again: float | None) -> list[CostChange]:
    """The keys that differ, and the new input less the old one on what is known today."""
    if older.asked.sha256 == newer.asked.sha256:
        return []
    pairs = (("", older.asked.request, newer.asked.request), ("tco.", older.asked.terms or {}, newer.asked.terms or {}),
             ("report.", older.asked.options, newer.asked.options))  # fmt: skip
    texts = [text for prefix, a, b in pairs for text in _differences(a, b, prefix)]
    return [
        CostChange(what="input", text=first(texts, MOST_TOLD, "; "), usd_per_month=_less(newer.usd_per_month, again))
    ]


def _differences(a: dict[str, Any], b: dict[str, Any], prefix: str) -> list[str]:
    found = []
    for key in sorted({*a, *b}):
        before, now = a.get(key), b.get(key)
        if isinstance(before, dict) or isinstance(now, dict):
            one, other = (each if isinstance(each, dict) else {} for each in (before, now))
            found += _differences(one, other, f"{prefix}{key}.")
        elif before != now:
            found.append(f"{prefix}{key[:80]}: {_said(before)}, now {_said(now)}")
    return found


def _said(value: object) -> str:
    return "not stated" if value is None else str(value)[:80]
