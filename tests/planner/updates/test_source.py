"""The public lists that are read."""

from __future__ import annotations

import pytest

from hardware_db.catalog import HardwareCatalog
from planner.errors import InputError
from planner.updates.source import sources


def test_every_source_names_what_the_catalogs_know() -> None:
    hardware = HardwareCatalog()
    providers = {o.provider for o in hardware.offers}
    for source in sources().source:
        assert source.provider in providers
        assert set(source.gpus.values()) <= set(hardware.accelerators)
        assert bool(source.gpus) == (source.machine is not None)
    assert len({s.provider for s in sources().source}) == len(sources().source)


def test_lists_are_of_the_providers_named_or_all() -> None:
    assert [source.provider for source in sources().of(["lium", "aws"])] == ["aws", "lium"]
    assert len(sources().of([])) == len(sources().source)
    with pytest.raises(InputError, match="nearest: aws"):
        sources().of(["awz"])


def test_a_machine_has_our_name_where_theirs_is_another() -> None:
    (runpod, lium) = sources().of(["runpod", "lium"])
    assert runpod.named("2x_A100-80GB_SECURE", "A100-80GB", 2) == "2x_A100-80GB-PCIe_SECURE"
    assert lium.named("RTX4090_3x", "RTX4090", 3.0) == "3x rtx-4090"
    assert lium.named("X_1x", "X", 1.0) is None
