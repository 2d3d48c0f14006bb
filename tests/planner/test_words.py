from __future__ import annotations

from planner.words import counted


def test_one_is_no_plural() -> None:
    assert counted(1, "client") == counted(1.0, "client") == "1 client"
    assert [counted(n, "replica") for n in (0, 2, 1500)] == ["0 replicas", "2 replicas", "1,500 replicas"]
    assert counted(0.5, "client") == "0.5 clients"
