from __future__ import annotations

import gc
from io import BytesIO
from typing import Any

import pytest

from tui.work.wire import KeptObjects, Names, Receiver, Sender, StaysHere


class Large:
    """Does not cross."""


def crossed(kept: KeptObjects, names: Names, message: Any) -> Any:
    pipe = BytesIO()
    Sender(pipe, kept.name).send(message)
    pipe.seek(0)
    return Receiver(pipe, lambda name: names.of(name[1])).next()


def test_what_is_large_goes_by_name_and_is_let_go_when_no_name_is_left() -> None:
    kept = KeptObjects((Large,))
    names = Names(kept.forget)
    large, small = Large(), {"a": [1.5, None]}
    first, values = crossed(kept, names, (large, small))
    (again,) = crossed(kept, names, (large,))
    assert values == small
    assert isinstance(first, StaysHere)
    assert again is first
    assert kept.get(first.number) is large
    del again
    gc.collect()
    assert len(kept) == 1
    del first
    gc.collect()
    assert len(kept) == 0


def test_a_name_on_its_way_keeps_what_it_stands_for() -> None:
    kept, forgot = KeptObjects((Large,)), []
    names = Names(lambda number, came: forgot.append((number, came)))
    large = Large()
    name = crossed(kept, names, large)
    del name
    gc.collect()
    pipe = BytesIO()
    Sender(pipe, kept.name).send(large)  # sent before the other end's word has come
    kept.forget(*forgot[0])
    pipe.seek(0)
    again = Receiver(pipe, lambda name: names.of(name[1])).next()
    assert kept.get(again.number) is large


def test_an_end_that_is_gone_is_told() -> None:
    pipe = BytesIO()
    Sender(pipe, lambda _: None).send("whole")
    data = pipe.getvalue()
    for cut in (b"", data[:3], data[:-1]):
        with pytest.raises(EOFError):
            Receiver(BytesIO(cut), lambda _: None).next()
