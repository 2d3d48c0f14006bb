"""Hard limits on a cluster, and what it keeps in reserve."""

from typing import Annotated

from pydantic import Field

from planner.request.strict import Strict


class Limits(Strict):
    """Hard limits on the cluster."""

    max_gpus: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    max_usd_per_hour: Annotated[float, Field(ge=1e-4, le=1e9, allow_inf_nan=False)] | None = None
    max_power_kw: Annotated[float, Field(ge=1e-4, le=1e6, allow_inf_nan=False)] | None = None
    spare_replicas: Annotated[int, Field(ge=0, le=1000)] = 0

    @property
    def most(self) -> dict[str, float]:
        """The limits on GPUs, dollars and power that are stated, by name."""
        values = {name: getattr(self, name) for name in ("max_gpus", "max_usd_per_hour", "max_power_kw")}
        return {name: value for name, value in values.items() if value is not None}
