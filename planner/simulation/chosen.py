"""Which kernel simulations run on: the compiled one where it was built from the sources that are here, else Python."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import source_hash
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from planner.simulation.kernel.decoding import Decoding
    from planner.simulation.kernel.replica import SimulatedReplica
    from planner.simulation.kernel.router import LeastLoaded
    from planner.simulation.kernel.tables import Meter, Requests, StepTables

PYTHON, COMPILED = "planner.simulation.kernel", "planner.simulation.compiled"
SOURCES = Path(__file__).parent / "kernel"
MODULES = ("tables", "decoding", "replica", "router")


class Kernel(NamedTuple):
    """The classes of one kernel; the answers of both are the same bytes. `over`: what a meter raises."""

    package: str
    meter: type[Meter]
    tables: type[StepTables]
    requests: type[Requests]
    decoding: type[Decoding]
    replica: type[SimulatedReplica]
    router: type[LeastLoaded]
    over: type[Exception]


@cache
def kernel() -> Kernel:
    """The kernel that simulations run on."""
    return (compiled() if built_from() == sources() else None) or loaded(PYTHON)


def compiled() -> Kernel | None:
    """The compiled kernel, None where it was not built for this Python."""
    try:
        return loaded(COMPILED)
    except ImportError:
        return None


def built_from() -> str | None:
    """`sources` of those that the compiled kernel was built from, None where there is none or it is of several."""
    try:
        found = {import_module(f"{COMPILED}.{name}").SOURCES for name in MODULES}
    except ImportError:
        return None
    return found.pop() if len(found) == 1 else None


def sources(folder: Path = SOURCES) -> str:
    """A hash of the kernel's sources."""
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".py", ".pxd"))
    return source_hash(b"".join(path.read_bytes() for path in paths)).hex()


def loaded(package: str) -> Kernel:
    tables, decoding, replica, router = (import_module(f"{package}.{name}") for name in MODULES)
    return Kernel(
        package, tables.Meter, tables.StepTables, tables.Requests, decoding.Decoding, replica.SimulatedReplica,
        router.LeastLoaded, tables.OverError,
    )  # fmt: skip
