"""Names in data files are names of records that exist."""

from __future__ import annotations

import tomllib

import pytest
from pydantic import ValidationError

from models_db.formats import formats, kv_formats
from planner.defaults import DEFAULT_ENGINE
from planner.evidence.sources import DATA, Sources, sources
from planner.physics.engines import engines


def test_engines_of_sources_are_engines() -> None:
    s = sources()
    named = {s.engines.other, s.logs.engine, s.ggml.engine, s.logs.headed.engine, DEFAULT_ENGINE}
    named |= {entry.means for entry in s.engines.named}
    named |= {engine for rule in s.formats.narrow_cache for engine in rule.engines}
    named |= {*s.mlperf.stored_in_fp8, *s.mlperf.ranks_of_experts}
    assert named <= set(engines())


def test_formats_of_sources_are_formats() -> None:
    f = sources().formats
    named = {rule.means for rule in f.by_gpu if rule.means}
    named |= {name for rule in f.narrow_cache for name in rule.formats} | {sources().ggml.born.format}
    assert named <= set(formats())
    assert {entry.means for entry in (*f.caches, *f.whole_caches)} <= set(kv_formats())


def test_a_key_that_no_rule_has_is_refused() -> None:
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    data["mlperf"]["summaries"]["beans"] = 4.0
    with pytest.raises(ValidationError, match="beans"):
        Sources.model_validate(data)


def test_twins_and_remedies_are_formats_of_the_same_kind() -> None:
    for table in (formats(), kv_formats()):
        assert {fmt.twin_of for fmt in table.values() if fmt.twin_of} <= set(table)  # type: ignore[attr-defined]
    assert {kv.replaced_by for kv in kv_formats().values() if kv.replaced_by} <= set(kv_formats())
    assert {engine.kv_format for engine in engines().values() if engine.kv_format} <= set(kv_formats())
