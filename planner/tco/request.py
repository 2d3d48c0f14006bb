"""A workload and what its money depends on: the `[tco]` table beside the keys of a request."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from models_db.schema import HIGHEST_SCORE
from planner.defaults import DEFAULT_APIS
from planner.errors import InputError
from planner.request.reading import parse_request
from planner.request.request import Commitment, Request, Share
from planner.request.strict import Strict, explain, table


class TrafficClass(Strict):
    """A part of the traffic: its share of requests, and where it may go.

    private: may not leave; min_score: on the benchmark of the `tco` table; within_sla: only where the SLA is known to
    hold, which an API must state in the price file; batch_share: of this class, else that of the whole.
    """

    name: Annotated[str, Field(min_length=1, max_length=100)]
    share: Annotated[float, Field(ge=1e-6, le=1, allow_inf_nan=False)]
    private: bool = False
    min_score: Annotated[float, Field(ge=0, le=HIGHEST_SCORE, allow_inf_nan=False)] | None = None
    within_sla: bool = False
    batch_share: Share | None = None


class TcoTerms(Strict):
    """What to compare with, and on which terms.

    apis: `provider/model` each; commitments: ways to rent; owned: GPUs to buy machines of, empty for those with a known
    price; batch_share: of the traffic that can wait a day; private_share: that may not leave; terms: overrides of
    `hardware_db/data/ownership.toml`; on: day of the API prices; months: how far to look ahead, with a ramp over
    ramp_months from ramp_from of the rate; benchmark: for quality; classes: parts of the traffic that may go to
    different places; models: own models beside the request's that classes may go to.
    """

    apis: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)] = DEFAULT_APIS
    commitments: Annotated[tuple[Commitment, ...], Field(max_length=5)] = ("on_demand", "1y_reserved", "spot")
    owned: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    own: bool = True
    batch_share: Share = 0.0
    private_share: Share = 0.0
    terms: dict[str, Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]] = Field(default_factory=dict)
    on: date | None = None
    months: Annotated[int, Field(ge=1, le=120)] = 36
    ramp_months: Annotated[int, Field(ge=0, le=60)] = 0
    ramp_from: Share = 0.1
    benchmark: Annotated[str, Field(max_length=100)] = ""
    classes: Annotated[tuple[TrafficClass, ...], Field(max_length=6)] = ()
    models: Annotated[tuple[str, ...], Field(max_length=4)] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.classes and abs(sum(c.share for c in self.classes) - 1.0) > 1e-6:
            raise ValueError(f"classes: the shares add up to {sum(c.share for c in self.classes):g}, not to 1")
        if len({c.name for c in self.classes}) < len(self.classes):
            raise ValueError("classes: two have the same name")
        if any(c.min_score is not None for c in self.classes) and not self.benchmark:
            raise ValueError("classes: min_score needs tco.benchmark")
        return self


def parse_tco(data: Mapping[str, Any], *, where: str = "") -> tuple[Request, TcoTerms]:
    """A decoded workload with its `tco` table; the message of an error names the field."""
    data = table(data, f"{where}request")
    try:
        terms = TcoTerms.model_validate(data.get("tco") or {})
    except ValidationError as error:
        said = explain(error, TcoTerms)
        keyed = said.partition(":")[0].partition(".")[0] in TcoTerms.model_fields
        raise InputError(f"{where}tco{'.' if keyed else ': '}{said}") from error
    return parse_request(data, where=where), terms
