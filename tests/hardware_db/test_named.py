from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from hardware_db.catalog import DATA
from hardware_db.named import Named, NamedTopology, Topologies, shipped_names, shipped_topologies
from hardware_db.schema import Accelerator, Topology

FILES = sorted((DATA / "accelerators").glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_names_and_records_are_those_of_the_whole_file(path: Path) -> None:
    whole = [Accelerator.model_validate(row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["accelerator"]]
    found = shipped_names(path)
    assert [(n.id, n.name, n.aliases) for n in found] == [(r.id, r.name, tuple(r.aliases)) for r in whole]
    assert [n.record for n in found] == whole


def test_a_record_in_hand_is_its_own() -> None:
    record = shipped_names(FILES[0])[0].record
    assert Named.of(record).record is record


def test_topologies_are_those_of_the_whole_file_each_made_when_it_is_asked_for() -> None:
    path = DATA / "topologies.toml"
    whole = [Topology.model_validate(row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["topology"]]
    named = shipped_topologies(path)
    assert [(n.id, n.accelerators, n.optional_for) for n in named] == [
        (r.id, r.accelerators, r.optional_for) for r in whole
    ]
    other = whole[0].model_copy(update={"devices": 3})
    found = Topologies([*named, NamedTopology.of(other)])
    assert (len(found), list(found)) == (len(whole), [r.id for r in whole])
    assert found[other.id] is other
    assert list(found.values()) == [other, *whole[1:]]
