"""What a fleet must serve and from what it may be bought; the TOML of `plan` with `[[workloads]]`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from planner.errors import InputError
from planner.formulas.time import HOURS_PER_MONTH, HOURS_PER_YEAR
from planner.request.engine import EngineSettings
from planner.request.lengths import Length
from planner.request.limits import Limits
from planner.request.presets import with_preset
from planner.request.reading import read_toml
from planner.request.request import Commitment, QualityTerms, Request, Scope, Seconds, Share, Traffic, sla_key
from planner.request.strict import Strict, explain, table
from planner.request.users import Rated

Name = Annotated[str, Field(min_length=1, max_length=100)]
Dollars = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]


class Workload(Rated):
    """One class of requests with an SLA of its own."""

    name: Name
    model: Annotated[str, Field(min_length=1, max_length=1000)]
    traffic: Traffic
    input_tokens: Length
    output_tokens: Length
    sla: dict[str, Seconds] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _keys(self) -> Self:
        for key in self.sla:
            sla_key(key)
        return self


class FleetScope(Scope):
    """As for one workload, with several commitments at once; reserved ones run all day, others by the hour."""

    commitment: Commitment = "on_demand"
    commitments: tuple[Commitment, ...] = ("on_demand",)


class Owned(Strict):
    """Machines one owns or would buy: all costs of one machine an hour follow from these."""

    name: Name
    gpu: Name
    gpus: Annotated[int, Field(ge=1, le=72)]
    most: Annotated[int, Field(ge=1, le=100_000)]
    capex_usd: Dollars
    life_years: Annotated[float, Field(ge=0.1, le=20, allow_inf_nan=False)] = 5.0
    residual_share: Share = 0.1
    power_kw: Annotated[float, Field(ge=1e-3, le=1000, allow_inf_nan=False)]
    usd_per_kwh: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] = 0.1
    pue: Annotated[float, Field(ge=1, le=3, allow_inf_nan=False)] = 1.4
    usd_per_month_other: Dollars = 0.0

    @property
    def usd_per_hour(self) -> float:
        """Write-off over the life, power at the stated draw, and the rest, in dollars (USD) an hour."""
        hours = self.life_years * HOURS_PER_YEAR
        write_off = self.capex_usd * (1.0 - self.residual_share) / hours
        return write_off + self.power_kw * self.pue * self.usd_per_kwh + self.usd_per_month_other / HOURS_PER_MONTH


class FleetLimits(Limits):
    """Limits on the whole; `inventory` is machines by instance type, `max_spot_share` of each workload's load.

    interruption_allowance: share of spot capacity that is taken as gone at any time; rack_kw and racks: power limit by
    racks; usd_per_change: what a machine more or less than the running fleet costs, spread over an hour.
    """

    inventory: dict[str, Annotated[int, Field(ge=0, le=1_000_000)]] = Field(default_factory=dict)
    max_spot_share: Share = 1.0
    interruption_allowance: Share = 0.1
    racks: Annotated[int, Field(ge=1, le=100_000)] | None = None
    rack_kw: Annotated[float, Field(ge=1e-3, le=1000, allow_inf_nan=False)] | None = None
    usd_per_change: Dollars = 0.0


class FleetRequest(Strict):
    """Workloads that share a fleet."""

    workloads: Annotated[tuple[Workload, ...], Field(min_length=1, max_length=64)]
    scope: FleetScope = FleetScope()
    engine: EngineSettings = EngineSettings()
    quality: QualityTerms = QualityTerms()
    limits: FleetLimits = FleetLimits()
    owned: Annotated[tuple[Owned, ...], Field(max_length=64)] = ()
    current: dict[str, Annotated[int, Field(ge=0, le=1_000_000)]] = Field(default_factory=dict)
    confidence: Annotated[float, Field(ge=0.5, le=0.99)] = 0.8

    @model_validator(mode="after")
    def _names(self) -> Self:
        names = [w.name for w in self.workloads]
        if len(set(names)) < len(names):
            raise ValueError("workloads: each needs a name of its own")
        if self.quality.floor is not None:
            raise ValueError("quality: the workloads of a fleet name their models")
        return self

    @property
    def max_power_kw(self) -> float | None:
        """The power limit, or what the racks carry."""
        racks = self.limits.racks * self.limits.rack_kw if self.limits.racks and self.limits.rack_kw else None
        stated = [kw for kw in (self.limits.max_power_kw, racks) if kw is not None]
        return min(stated) if stated else None

    def alone(self, workload: Workload) -> Request:
        """One workload as a request of its own, without the limits on the whole. What the scope does not state is not
        stated there, either."""
        fields = {name: getattr(self.scope, name) for name in Scope.model_fields if name in self.scope.model_fields_set}
        return Request(
            model=workload.model,
            traffic=workload.traffic,
            input_tokens=workload.input_tokens,
            output_tokens=workload.output_tokens,
            sla=workload.sla,
            scope=Scope(**fields),
            engine=self.engine,
            quality=self.quality,
            confidence=self.confidence,
        )


def read_fleet(path: Path | str, current: Path | str | None = None) -> FleetRequest:
    """The fleet request in a TOML file; `current` is the file of a running fleet (instance type = machines)."""
    data = read_toml(path)
    if current is not None:
        data = {**data, "current": read_toml(current).get("current", {})}
    return parse_fleet(data, where=f"{path}: ")


def parse_fleet(data: Mapping[str, Any], *, where: str = "") -> FleetRequest:
    """Validate a decoded fleet request; the message names the field."""
    data = table(data, f"{where}request")
    listed = data.get("workloads")
    if isinstance(listed, list):
        data = {**data, "workloads": [with_preset(w) if isinstance(w, Mapping) else w for w in listed]}
    try:
        return FleetRequest.model_validate(data)
    except ValidationError as error:
        raise InputError(where + explain(error, FleetRequest)) from error
