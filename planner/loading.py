"""How a process of gpuplan loads what it needs, called before anything else is imported."""

from __future__ import annotations

import gc
import sys
from types import ModuleType

# Objects between two looks of the garbage collector; 200,000 are made by imports and catalogs, and stay.
LOOK_AFTER = 500_000


def load_lightly() -> None:
    """Leave out what imports do beside: a look through all objects takes 20 ms and more, and pydantic's search for
    plugins in all installed packages 18 ms."""
    gc.set_threshold(LOOK_AFTER, 50, 50)
    loader = ModuleType("pydantic.plugin._loader")
    vars(loader)["get_plugins"] = tuple
    sys.modules.setdefault(loader.__name__, loader)
