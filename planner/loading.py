"""How a process of gpuplan loads what it needs, called before anything else is imported."""

from __future__ import annotations

import gc
import os
import sys
from types import ModuleType

# Objects between two looks of the garbage collector: imports and catalogs make 200,000, which stay.
LOOK_AFTER = 500_000


def load_lightly(look_after: int = LOOK_AFTER) -> None:
    """Leave out what imports do beside: a look through all objects takes 20 ms and more, pydantic's search for plugins
    in all installed packages 18 ms, and the threads of the BLAS library 50 ms on two cores: nothing that commands
    multiply is large. Who states their number keeps it."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(look_after, 50, 50)
    loader = ModuleType("pydantic.plugin._loader")
    vars(loader)["get_plugins"] = tuple
    sys.modules.setdefault(loader.__name__, loader)
