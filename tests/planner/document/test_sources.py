"""Sources are numbered once."""

from __future__ import annotations

from planner.document.sources import Cited


def test_the_same_source_of_the_same_day_has_one_number() -> None:
    cited = Cited()
    assert [cited.cite("a", "2026"), cited.cite("b"), cited.cite("a", "2026"), cited.cite("a", "2025")] == [
        ["S1"], ["S2"], ["S1"], ["S3"],
    ]  # fmt: skip
    assert cited.cite("") == []
    assert [source.id for source in cited.all()] == ["S1", "S2", "S3"]
