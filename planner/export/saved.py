"""A plan as `plan --format json` printed it: what of it is started and checked again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from planner.answers import Machine, Memory, Replica, SlaMargin
from planner.errors import InputError
from planner.files import bounded_text
from planner.physics.deployment import Deployment
from planner.physics.split import Split
from planner.request.engine import AS_SHIPPED, EngineSettings
from planner.request.request import Request
from planner.request.speculation import Speculation

M = TypeVar("M", bound=BaseModel)
MAX_BYTES = 16 * 2**20


@dataclass(frozen=True)
class SavedPlan:
    """A cluster without its design, which is found again in the catalogs; request: None in plans of older versions."""

    machine: Machine
    replica: Replica
    memory: Memory
    replicas: int
    spare_replicas: int
    breaks_at_per_s: float
    sla: tuple[SlaMargin, ...]
    assumptions: tuple[str, ...]
    request: Request | None

    @property
    def deployment(self) -> Deployment:
        """One replica by its names."""
        r = self.replica
        named = self.request.model if self.request and self.request.model else r.model
        return Deployment(
            model=named, gpu=self.machine.gpu, weights=r.weight_format, kv=r.kv_format, engine=r.engine,
            split=Split(r.tp, r.pp, r.ep, r.dp), settings=_settings(self.request, r),
        )  # fmt: skip


def _settings(request: Request | None, r: Replica) -> EngineSettings:
    """As the question had them; what it was drafting with where the plan found that by itself."""
    settings = request.engine if request else AS_SHIPPED
    settings = settings.model_copy(
        update={"max_num_seqs": r.max_sequences, "max_num_batched_tokens": r.max_batched_tokens}
    )
    if not r.draft_tokens or settings.speculation is not None:
        return settings
    return settings.model_copy(update={"speculation": Speculation(method="mtp", drafts=r.draft_tokens)})


def read_plan(path: Path | str) -> SavedPlan:
    """The plan in a file; raises InputError where it is none, or says that it found none."""
    text = bounded_text(Path(path), MAX_BYTES)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not valid JSON ({str(error)[:80]})") from None
    return plan_of(data, f"{path}: ")


def plan_of(data: object, where: str = "") -> SavedPlan:
    """The plan of decoded JSON."""
    if not isinstance(data, dict) or "cluster" not in data:
        if isinstance(data, dict) and data.get("status") == "infeasible":
            raise InputError(f"{where}the plan is infeasible: nothing can be started")
        raise InputError(f"{where}is no plan as `gpuplan plan --format json` prints one")
    cluster = data["cluster"]
    if not isinstance(cluster, dict):
        raise InputError(f"{where}cluster: expected a table")
    return SavedPlan(
        machine=_part(Machine, cluster.get("machine"), f"{where}cluster.machine"),
        replica=_part(Replica, cluster.get("replica"), f"{where}cluster.replica"),
        memory=_part(Memory, cluster.get("memory"), f"{where}cluster.memory"),
        replicas=_count(cluster.get("replicas"), f"{where}cluster.replicas"),
        spare_replicas=_count(cluster.get("spare_replicas"), f"{where}cluster.spare_replicas", 0),
        breaks_at_per_s=_rate(cluster.get("sla_breaks_at_rate_per_s"), f"{where}cluster.sla_breaks_at_rate_per_s"),
        sla=tuple(_part(SlaMargin, each, f"{where}sla") for each in _list(data.get("sla"), f"{where}sla")),
        assumptions=tuple(str(each)[:1000] for each in _list(data.get("assumptions"), f"{where}assumptions")),
        request=None if data.get("request") is None else _part(Request, data["request"], f"{where}request"),
    )  # fmt: skip


def _part(record: type[M], value: Any, where: str) -> M:
    try:
        return record.model_validate(value)
    except ValidationError as error:
        detail = error.errors()[0]
        place = ".".join(str(part) for part in (where, *detail["loc"]))
        raise InputError(f"{place}: {detail['msg']}") from None


def _count(value: object, where: str, least: int = 1) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= 10**6:
        raise InputError(f"{where}: expected a whole number from {least}")
    return value


def _rate(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{where}: expected a number")
    return float(value)


def _list(value: object, where: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise InputError(f"{where}: expected a list")
    return value
