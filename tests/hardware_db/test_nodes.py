"""Reference machines."""

from __future__ import annotations

from hardware_db.catalog import HardwareCatalog
from hardware_db.nodes import reference_nodes
from hardware_db.servers import servers


def test_every_machine_is_of_a_known_accelerator_and_draws_what_its_price_list_says() -> None:
    known, sold = HardwareCatalog().accelerators, {(s.gpu, s.gpus): s.kw.value for s in servers()}
    assert len(reference_nodes()) == 4
    for (gpu, count), node in reference_nodes().items():
        assert gpu in known
        assert count == node.accelerators
        assert node.source
        assert sold.get((gpu, count), node.max_kw) == node.max_kw
