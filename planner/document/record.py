"""The document as one record: sections of figures, tables, charts and texts, each figure with its unit and origin."""

from collections import Counter
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from planner.answers.base import Answer

# Raised when a key of the JSON changes its meaning or goes.
SCHEMA_VERSION = "1"
Cell = str | int | float | None


class CitedSource(Answer):
    """Where figures come from; `id` is what they name it by."""

    id: str
    text: str
    as_of: str = ""


class Origin(Answer):
    """Why a figure is what it is: one of the three is stated.

    formula: in the keys of other figures, as spreadsheets write it; method: how it was computed, in words;
    sources: ids of `Report.sources`.
    """

    formula: str = ""
    method: str = ""
    sources: list[str] = []

    @property
    def known(self) -> bool:
        return bool(self.formula or self.method or self.sources)


class Fact(Origin):
    """One figure. low, high: its interval, which `interval` names; basis: what it rests on."""

    key: str
    label: str
    value: Cell
    unit: str = ""
    low: float | None = None
    high: float | None = None
    interval: str = ""
    basis: str = ""

    @model_validator(mode="after")
    def _has_an_origin(self) -> Self:
        if not self.known:
            raise ValueError(f"{self.key}: states neither a formula, nor a method, nor a source")
        return self


class Facts(Answer):
    """Figures one below the other."""

    kind: Literal["facts"] = "facts"
    key: str
    title: str = ""
    figures: list[Fact]
    note: str = ""


class TableColumn(Origin):
    """One column of a table; the formula is in the keys of its other columns, `prev.` for those of the row above."""

    key: str
    label: str
    unit: str = ""


class FigureTable(Answer):
    """Rows of cells. row_sources: ids of sources of single rows, as many as rows or none; shown: rows that a page has
    room for, all where it is None and none where it is 0; JSON and XLSX hold all."""

    kind: Literal["table"] = "table"
    key: str
    title: str = ""
    columns: list[TableColumn]
    rows: list[list[Cell]]
    row_sources: list[list[str]] = []
    shown: int | None = None
    note: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"{self.key}: a row has other cells than there are columns")
        if self.row_sources and len(self.row_sources) != len(self.rows):
            raise ValueError(f"{self.key}: sources of {len(self.row_sources)} rows, there are {len(self.rows)}")
        for i, column in enumerate(self.columns):
            numbers = any(isinstance(row[i], int | float) for row in self.rows)
            if numbers and not column.known and not self.row_sources:
                raise ValueError(f"{self.key}.{column.key}: figures without an origin")
        return self


class ChartSeries(Answer):
    """Points of one line, or values of bars in the order of the chart's labels; None leaves a gap."""

    name: str
    x: list[float] = []
    y: list[float | None]


class Mark(Answer):
    """A straight line across a chart."""

    label: str
    axis: Literal["x", "y"]
    value: float


class ReportChart(Answer):
    """What is drawn. shape: lines over x; points; stacked: one bar of parts; tornado: bars between two ends around
    `middle`. alt: the chart in words, for who cannot see it."""

    kind: Literal["chart"] = "chart"
    key: str
    title: str
    alt: str
    shape: Literal["lines", "points", "stacked", "tornado"]
    x_label: str
    y_label: str = ""
    log_x: bool = False
    log_y: bool = False
    series: list[ChartSeries]
    labels: list[str] = []
    marks: list[Mark] = []
    middle: float | None = None
    method: str


class TextBlock(Answer):
    """Paragraphs, a list, or lines of a command."""

    kind: Literal["texts"] = "texts"
    key: str
    title: str = ""
    style: Literal["paragraphs", "list", "code"] = "list"
    items: list[str]


ReportBlock = Annotated[Facts | FigureTable | ReportChart | TextBlock, Field(discriminator="kind")]


class Section(Answer):
    """A chapter; `lead` says what it comes to."""

    key: str
    title: str
    lead: str = ""
    blocks: list[ReportBlock]


class ReportInput(Answer):
    """What was asked for: the request and the terms of money as they were read, and the hash of both."""

    request: dict[str, Any]
    terms: dict[str, Any] | None
    options: dict[str, Any]
    sha256: str


class Stamps(Answer):
    """Hashes of what the answers were made from: two reports with the same stamps and input are the same."""

    prices_sha256: str
    catalog_sha256: str
    calibration_sha256: str


class PaidOffer(Answer):
    """A price that the decision rests on [USD/hour of one machine], kept for the comparison with the next report."""

    provider: str
    instance_type: str
    region: str
    commitment: str
    machines: float
    usd_per_hour_each: float


class CostChange(Answer):
    """Why the dollars differ from those of an older report [USD a month]; None where one of the two has none."""

    what: Literal["input", "price", "catalog", "calibration", "catalog and calibration", "program", "total"]
    text: str
    usd_per_month: float | None


class Compared(Answer):
    """This report beside an older one."""

    older_as_of: str
    older_sha256: str
    changes: list[CostChange]


class Report(Answer):
    """The whole document. usd_per_month: of the decision, the nearest feasible request's where it is infeasible."""

    schema_version: str = SCHEMA_VERSION
    status: Literal["feasible", "infeasible"]
    kind: Literal["workload", "fleet"]
    version: str
    title: str
    as_of: str
    usd_per_month: float | None
    asked: ReportInput
    stamps: Stamps
    offers: list[PaidOffer]
    compared: Compared | None
    sections: list[Section]
    sources: list[CitedSource]

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        keys = [block.key for section in self.sections for block in section.blocks]
        keys += [figure.key for figure in self.figures()]
        double = [key for key, count in Counter(keys).items() if count > 1]
        if double:
            raise ValueError(f"keys: {', '.join(sorted(double))} stand for more than one thing")
        return self

    def figures(self) -> list[Fact]:
        """The figures outside of tables, in the order of the document."""
        facts = [block for block in self.blocks() if isinstance(block, Facts)]
        return [figure for block in facts for figure in block.figures]

    def tables(self) -> list[FigureTable]:
        """All tables, in the order of the document."""
        return [block for block in self.blocks() if isinstance(block, FigureTable)]

    def blocks(self) -> list[Facts | FigureTable | ReportChart | TextBlock]:
        """All blocks, in the order of the document."""
        return [block for section in self.sections for block in section.blocks]
