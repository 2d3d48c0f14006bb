from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.formulas.memory import MIB, allocated_bytes, padded, shard


def test_blocks_are_rounded_from_ten_mebibytes_where_little_is_lost() -> None:
    found = [allocated_bytes(size * MIB) / MIB for size in (9.5, 11.5, 10.5)]
    assert found == pytest.approx([9.5, 12.0, 10.5])


@given(st.integers(1, 10**9), st.integers(1, 4096))
def test_padding_is_the_least_multiple_and_shards_hold_everything(count: int, multiple: int) -> None:
    assert padded(count, multiple) % multiple == 0
    assert 0 <= padded(count, multiple) - count < multiple
    assert (shard(count, multiple) - 1) * multiple < count <= shard(count, multiple) * multiple
