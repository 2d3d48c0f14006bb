"""Reference machines around the accelerators: CPU, memory, network and rack units, of their makers' data sheets."""

from functools import cache
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from hardware_db.ownership import DATA
from hardware_db.schema import Date, Id, Positive, Record
from planner.shipped import shipped_toml

NodeField = Literal["cpu", "cpu_cores", "memory_gb", "network", "rack_units", "max_kw"]
NODES = DATA.with_name("nodes.toml")


class ReferenceNode(Record):
    """One machine of a data sheet. memory_gb: of the host; max_kw: the most that it draws; assumed: fields that were
    not looked up again on the day of `checked`."""

    id: Id
    accelerator: Id
    accelerators: Annotated[int, Field(ge=1, le=1000)]
    cpu: Annotated[str, Field(min_length=1, max_length=100)]
    cpu_cores: Annotated[int, Field(ge=1, le=10_000)]
    memory_gb: Annotated[int, Field(ge=1, le=1_000_000)]
    network: Annotated[str, Field(min_length=1, max_length=100)]
    rack_units: Annotated[int, Field(ge=1, le=48)]
    max_kw: Positive
    source: Annotated[str, Field(min_length=1)]
    checked: Date
    assumed: Annotated[tuple[NodeField, ...], Field(strict=False)] = ()

    def said(self, *fields: str) -> str:
        """The source of some fields, and that they are assumed where one of them is.

        >>> reference_nodes()["b200", 8].said("rack_units")
        'NVIDIA DGX B200 data sheet (assumed, not looked up)'
        """
        return self.source + (" (assumed, not looked up)" if set(fields) & set(self.assumed) else "")


NODE_ROWS = TypeAdapter(tuple[ReferenceNode, ...])


@cache
def reference_nodes() -> dict[tuple[str, int], ReferenceNode]:
    """The machines by accelerator and count, strictly checked."""
    rows = shipped_toml(NODES)["node"]
    return {(row.accelerator, row.accelerators): row for row in NODE_ROWS.validate_python(rows)}
