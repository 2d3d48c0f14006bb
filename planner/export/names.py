"""What targets call GPUs and clouds. Reads `names.toml`."""

import re
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from hardware_db.schema import Date, Record
from planner.shipped import shipped_toml

DATA = Path(__file__).with_name("names.toml")


class Cloud(Record):
    """A provider as a cloud of SkyPilot; machine_types: whether it knows the catalog's instance types."""

    provider: str
    sky: str
    machine_types: bool = False


class TargetNames(Record):
    """All of `names.toml`."""

    checked: Date
    sources: Annotated[tuple[str, ...], Field(strict=False)]
    cloud: Annotated[tuple[Cloud, ...], Field(strict=False)]
    sky: dict[str, str]
    sky_unseen: Annotated[tuple[str, ...], Field(strict=False)]
    sky_at: dict[str, dict[str, str]]
    ray: dict[str, str]


@cache
def target_names() -> TargetNames:
    """The file, read once."""
    return TargetNames.model_validate(shipped_toml(DATA))


def cloud_of(provider: str) -> Cloud | None:
    """The cloud of a provider; None where SkyPilot has none by that name."""
    return next((cloud for cloud in target_names().cloud if cloud.provider == provider), None)


def sky_accelerator(gpu_id: str, gpu: str, cloud: str = "") -> str:
    """A GPU in SkyPilot's words on a cloud of its own name; one that it is not known by keeps its name without spaces.

    >>> sky_accelerator("h100-sxm", "H100 SXM"), sky_accelerator("mi999", "MI 999: x")
    ('H100', 'MI999x')
    """
    names = target_names()
    there = names.sky_at.get(cloud, {}).get(gpu_id)
    return there or names.sky.get(gpu_id) or re.sub(r"[^A-Za-z0-9-]", "", gpu)
