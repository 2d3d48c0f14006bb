"""All-reduce coefficients by the link between the GPUs of a machine."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from hardware_db.schema import Accelerator

KNOWN = ("nvlink5", "nvlink4", "nvlink3", "nvlink2", "xgmi", "pcie5", "pcie4", "pcie3")
# Latency [us], bus bandwidth [GB/s] and rise [us per sqrt(MB)] at 2, 4 and 8 devices.
AllReduceRow = tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(gt=0)], Annotated[float, Field(ge=0)]]
AllReduce = tuple[AllReduceRow, AllReduceRow, AllReduceRow]


def link_class(gpu: Accelerator) -> str:
    """The collective table that applies to a GPU's scale-up link."""
    name = (gpu.scale_up_link or "").lower().replace(" ", "")
    for known in KNOWN:
        if name.startswith(known) or (
            known.startswith(("nvlink", "xgmi")) and known in name and "optional" not in name
        ):
            return known
    return "other"


def at_ranks(table: AllReduce, ranks: int) -> tuple[float, float, float]:
    """(latency [s], bus bandwidth [byte/s], rise [s per sqrt(MB)]) at `ranks` devices.

    Beyond 8 devices the latency grows with the logarithm of the ranks.
    """
    wide = np.log2(max(2, ranks))
    latency_us, gb_s, root_us = table[min(2, max(0, int(np.ceil(wide)) - 1))]
    return latency_us * 1e-6 * max(1.0, float(wide) / 3.0), gb_s * 1e9, root_us * 1e-6
