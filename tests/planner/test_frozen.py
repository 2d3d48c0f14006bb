from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import field
from typing import Any

import pytest

from planner import frozen


def classes(dataclass: Callable[..., Any]) -> tuple[type, type]:
    """The same two classes, by one decorator or the other."""

    @dataclass(frozen=True)
    class Base:
        """A base."""

        a: int
        b: float = 2.0
        seen: list[int] = field(default_factory=list, compare=False, repr=False)
        unhashed: int = field(default=0, hash=False)
        after: int = field(init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "after", self.a + 1)

    @dataclass(frozen=True)
    class Child(Base):
        """A child."""

        b: float = 3.0
        c: str = "c"

    return Base, Child


@frozen.dataclass(frozen=True, slots=True)
class Slotted:
    a: int
    b: tuple[int, ...] = ()


@frozen.dataclass(frozen=True)
class Plain:
    a: int
    b: tuple[int, ...] = ()


@frozen.dataclass(frozen=True, eq=False)
class Identical:
    a: int


@frozen.dataclass(frozen=True)
class Own:
    a: int

    def __repr__(self) -> str:
        return "own"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own)


@pytest.mark.parametrize("given", [(1,), (1, 5.0), (1, 5.0, [7]), (1, 5.0, [7], 9)])
@pytest.mark.parametrize("which", [0, 1])
def test_instances_are_those_of_a_usual_frozen_dataclass(given: tuple[Any, ...], which: int) -> None:
    ours, theirs = (classes(made)[which] for made in (frozen.dataclass, dataclasses.dataclass))
    x, y = ours(*given), theirs(*given)
    assert dataclasses.asdict(x) == dataclasses.asdict(y)
    assert repr(x) == repr(y)
    assert hash(x) == hash(y)
    assert x == ours(*given)
    assert x != ours(2)
    assert x == ours(*given[:2], seen=[1, 2, 3], unhashed=x.unhashed)
    assert x.seen is not ours(1).seen
    assert [f.name for f in dataclasses.fields(ours)] == [f.name for f in dataclasses.fields(theirs)]
    assert dataclasses.replace(x, a=4) == ours(4, *given[1:])


def test_equal_fields_of_two_classes_are_not_equal() -> None:
    base, child = classes(frozen.dataclass)
    assert base(1, 2.0) != child(1, 2.0)
    assert Plain(1) != Slotted(1)


@pytest.mark.parametrize("kind", [Plain, Slotted])
def test_instances_cannot_be_changed_and_survive_a_copy(kind: Callable[..., Any]) -> None:
    found = kind(1, b=(2, 3))
    with pytest.raises(dataclasses.FrozenInstanceError, match="'a'"):
        found.a = 2
    with pytest.raises(dataclasses.FrozenInstanceError, match="'a'"):
        del found.a
    assert pickle.loads(pickle.dumps(found)) == copy.copy(found) == copy.deepcopy(found) == found


def test_an_instance_can_be_received_before_one_is_made() -> None:
    sent = pickle.dumps(Slotted(1, (2,)))
    code = f"import pickle; found = pickle.loads({sent!r}); print(found, hash(found) == hash(found), found == found)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "Slotted(a=1, b=(2,)) True True\n"


def test_a_wrong_argument_is_named() -> None:
    for _ in range(2):
        with pytest.raises(TypeError, match=r"Plain.__init__\(\) got an unexpected keyword argument 'z'"):
            Plain(1, z=2)  # type: ignore[call-arg]


def test_own_methods_stay_and_identity_can_be_asked_for() -> None:
    assert repr(Own(1)) == "own"
    assert Own(1) == Own(2)
    assert Identical(1) != Identical(1)
    assert len({Identical(1), Identical(1)}) == 2


def test_a_class_that_can_be_changed_is_refused() -> None:
    with pytest.raises(TypeError, match="dataclasses"):
        frozen.dataclass(frozen=False)


def test_no_method_is_compiled_before_an_instance_is_made() -> None:
    @frozen.dataclass(frozen=True)
    class Late:
        """Made late."""

        a: int

    first = Late.__init__
    assert "Late.__init__" not in first.__qualname__
    Late(1)
    assert Late.__init__ is not first
    assert Late.__init__.__qualname__.endswith("Late.__init__")


def test_fields_of_names_alone_may_stand_in_any_order() -> None:
    @frozen.dataclass(frozen=True, kw_only=True)
    class Named:
        a: int = 1
        b: str

    assert dataclasses.asdict(Named(b="x")) == {"a": 1, "b": "x"}
    assert dataclasses.replace(Named(b="x"), a=2) == Named(a=2, b="x")
    for wrong in ((), (1, "x")):
        with pytest.raises(TypeError):
            Named(*wrong)
