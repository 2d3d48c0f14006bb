"""The lines of a journal as records: a line that another program bent is no answer."""

import json
from datetime import date
from typing import Annotated, Any, Literal, NoReturn, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from planner.sweep.rows import SweepRow
from planner.words import inert


def _shown(text: str) -> str:
    if inert(text) != text:
        raise ValueError("has characters that cannot be printed")
    return text


def _day(text: str) -> str:
    date.fromisoformat(text)
    return text


STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)
KeptText = Annotated[str, Field(max_length=4000), AfterValidator(_shown)]
KeptCount = Annotated[int, Field(ge=0, le=10**9)]
FirstDay = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_day)]


class JournalHead(BaseModel):
    """The first line. sweep: what its rows depend on; day: of the first run, which ages of prices count to."""

    model_config = STRICT

    sweep: dict[str, str]
    day: FirstDay


class KeptRow(BaseModel):
    """The figures of a row, as `rows.FIGURES` names them: those that its status has, and no other."""

    model_config = STRICT

    status: Literal["feasible", "infeasible", "error"]
    model: KeptText | None
    gpu: KeptText | None
    gpus: KeptCount | None
    replicas: KeptCount | None
    split: KeptText | None
    weights: KeptText | None
    kv: KeptText | None
    engine: KeptText | None
    machine: KeptText | None
    machines: KeptCount | None
    provider: KeptText | None
    region: KeptText | None
    commitment: KeptText | None
    usd_per_hour: float | None
    usd_per_month: float | None
    usd_per_million_input_tokens: float | None
    usd_per_million_output_tokens: float | None
    ttft_p95_s: float | None
    tpot_p95_s: float | None
    e2e_p95_s: float | None
    sla_breaks_at_rate_per_s: float | None
    utilization: float | None
    power_kw: float | None
    quality_loss_pct: float | None
    basis: KeptText | None
    price_as_of: KeptText | None
    verified: KeptText | None
    reason: KeptText | None
    error: KeptText | None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        needed = {"feasible": (self.gpu, self.gpus, self.usd_per_hour), "infeasible": (self.reason,),
                  "error": (self.error,)}[self.status]  # fmt: skip
        if any(value is None for value in needed):
            raise ValueError(f"no row of status {self.status}")
        return self


def head_in(line: bytes) -> JournalHead | None:
    """The head of a journal; None where the line is none."""
    try:
        return JournalHead.model_validate(_decoded(line))
    except (ValidationError, ValueError):
        return None


def row_in(line: bytes, count: int) -> tuple[int, SweepRow] | None:
    """The number of a row, below `count`, and the row; None where the line is none."""
    try:
        found = _decoded(line)
        if not isinstance(found, list) or len(found) != 2 or type(found[0]) is not int or not 0 <= found[0] < count:
            return None
        KeptRow.model_validate(found[1])
    except (ValidationError, ValueError):
        return None
    return found[0], found[1]


def _decoded(line: bytes) -> Any:
    """The value of a line of JSON; raises ValueError."""
    try:
        return json.loads(line, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
