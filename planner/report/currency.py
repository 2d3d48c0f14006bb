"""One way to another currency: what is in USD in an answer or a table, at a rate that a user states.

Answers are computed in USD. A key or column that has `usd` in its name is an amount, and so is what follows a dollar
sign in a text; both change, with the name. Words such as `0.1 USD per kWh` stay as they are, as sources state them.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from planner.dates import real_date
from planner.errors import InputError
from planner.report.table import Block, Cell, Overview, Table
from planner.request.reading import read_toml
from planner.request.strict import Strict, explain

FILE = "currency.toml"
AMOUNT = re.compile(r"\$(-?\d+(?:,\d{3})*(?:\.(\d+))?(?:e[+-]?\d+)?)")
# Texts that quote others.
QUOTED = ("source", "sources", "price_source", "grid_source", "note")
CENTS, LARGE, PLACES = 2, 100.0, 8
Code = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Exchange(Strict):
    """Units of a currency for one USD, on a day."""

    code: Code
    per_usd: Annotated[float, Field(ge=1e-6, le=1e9, allow_inf_nan=False)]
    as_of: Annotated[str, AfterValidator(real_date)]
    source: Annotated[str, Field(min_length=1, max_length=200)] = "stated"

    @property
    def text(self) -> str:
        return f"currency: {self.code}, {self.per_usd:g} for one USD as of {self.as_of} ({self.source})"


def exchange(code: str, per_usd: float | None, as_of: str | None, folder: Path | None) -> Exchange | None:
    """The rate that is stated, else that of the catalog directory; None for USD. Raises InputError, one line."""
    code = code.strip().upper()
    stated = {"code": code, "per_usd": per_usd, "as_of": as_of}
    if per_usd is None and as_of is None:
        if code == "USD":
            return None
        known = _of_file(folder)
        if code in known:
            return known[code]
    if per_usd is None or as_of is None:
        raise InputError(
            f"--currency: no rate of {code[:20]!r} is known; state --rate-of-exchange (units for one USD) and "
            f"--exchange-as-of YYYY-MM-DD, or a [[currency]] table with code, per_usd, as_of in {FILE} of the catalog"
        )
    try:
        return Exchange.model_validate(stated)
    except ValidationError as error:
        raise InputError(f"--currency: {explain(error, Exchange)}") from error


def _of_file(folder: Path | None) -> dict[str, Exchange]:
    path = None if folder is None else folder / FILE
    if path is None or not path.is_file():
        return {}
    try:
        rows = TypeAdapter(list[Exchange]).validate_python(read_toml(path).get("currency", []))
    except ValidationError as error:
        raise InputError(f"{path}: currency.{explain(error, Exchange)}") from error
    return {row.code: row for row in rows}


def converted(data: Any, to: Exchange, amounts: Collection[str] = ()) -> Any:
    """JSON data in another currency, which it names; `amounts`: keys in USD that do not say so."""
    plain = json.loads(data.model_dump_json()) if hasattr(data, "model_dump_json") else data
    found = _values(plain, to, amounts)
    return {"currency": to.model_dump(), **found} if isinstance(found, dict) else found


def _values(value: Any, to: Exchange, amounts: Collection[str], key: str = "", *, money: bool = False) -> Any:
    if isinstance(value, Mapping):
        return {
            renamed(name, to): _values(v, to, amounts, name, money=money or is_amount(name, amounts))
            for name, v in value.items()
        }
    if isinstance(value, list):
        return [_values(item, to, amounts, key, money=money) for item in value]
    if isinstance(value, str):
        return value if key in QUOTED else words(value, to)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value * to.per_usd if money and is_number else value


def is_amount(name: str, amounts: Collection[str] = ()) -> bool:
    """Whether a key or column is in USD."""
    parts = name.split("_")
    return name in amounts or ("usd" in parts and parts[-1] != "pct" and parts[0] != "vs")


def renamed(name: str, to: Exchange) -> str:
    if not is_amount(name):
        return name
    return "_".join(to.code.lower() if part == "usd" else part for part in name.split("_"))


def words(text: str, to: Exchange) -> str:
    """A text with each amount after a dollar sign in the other currency."""

    def one(match: re.Match[str]) -> str:
        value = float(match[1].replace(",", "")) * to.per_usd
        places = len(match[2] or "")
        if places >= CENTS:
            return f"{to.code} {value:,.{places}f}"
        return f"{to.code} {value:,.0f}" if abs(value) >= LARGE else f"{to.code} {value:.4g}"

    changed = AMOUNT.sub(one, text)
    return changed if changed == text else changed.replace("(USD)", f"({to.code})")


def in_currency(blocks: Sequence[Block], to: Exchange) -> list[Block]:
    """The tables and overviews in another currency; the first one names it."""
    made = [_overview(block, to) if isinstance(block, Overview) else _table(block, to) for block in blocks]
    first = made[0]
    if isinstance(first, Overview):
        return [replace(first, lines=[*first.lines, ("currency", to.text.removeprefix("currency: "))]), *made[1:]]
    return [replace(first, notes=[to.text, *first.notes]), *made[1:]]


def _overview(found: Overview, to: Exchange) -> Overview:
    lines = [(name, words(text, to)) for name, text in found.lines]
    return Overview(words(found.title, to), lines, [_table(table, to) for table in found.tables])


def _table(table: Table, to: Exchange) -> Table:
    money = [is_amount(column, table.money) for column in table.columns]
    rows = [[_cell(cell, to, money=here) for cell, here in zip(row, money, strict=True)] for row in table.rows]
    title = re.sub(r"\bUSD\b", to.code, words(table.title, to))
    notes = [words(note, to) for note in table.notes]
    lists = (table.columns, table.shown, table.spare)
    columns, shown, spare = ([renamed(name, to) for name in names] for names in lists)
    legend = [(renamed(name, to), words(text, to)) for name, text in table.legend]
    return replace(
        table, title=title, columns=columns, rows=rows, notes=notes, shown=shown, spare=spare, money=(), legend=legend
    )  # fmt: skip


def _cell(cell: Cell, to: Exchange, *, money: bool) -> Cell:
    if isinstance(cell, str):
        return words(cell, to)
    return round(cell * to.per_usd, PLACES) if money and cell is not None else cell
