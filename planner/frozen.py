"""Frozen dataclasses that cost little to define: `from planner.frozen import dataclass`.

`dataclasses.dataclass(frozen=True)` compiles six methods a class, 0.6 ms; a command that loads two hundred classes
spends a tenth of a second so, most of it on methods that nothing calls. Here the methods are shared, but for
`__init__`, which is compiled when a first instance is made. All else is as of `dataclasses`, whose functions take these
classes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(
        *, frozen: bool, slots: bool = False, eq: bool = True, kw_only: bool = False
    ) -> Callable[[type], type]:
        """A decorator as `dataclasses.dataclass(frozen=True)`; `InitVar`, `KW_ONLY` and `order` are not known to it.

        kw_only: of all fields, or of none.
        """
        if not frozen:
            raise TypeError("planner.frozen: a class that can be changed is one of `dataclasses`")

        def decorated(cls: type) -> type:
            methods = {name: method for name, method in _shared(eq).items() if not _has(cls, name)}
            cls.__doc__ = cls.__doc__ or cls.__name__
            made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
            if "__init__" not in cls.__dict__:
                methods["__init__"] = _first_init(made)
            for name, method in (methods | (_STATE if slots else {})).items():
                setattr(made, name, method)
            return made

        return decorated


def _has(cls: type, name: str) -> bool:
    """Whether a class states a method itself; `__hash__` is None where it states `__eq__` alone."""
    return cls.__dict__.get(name) is not None


def _shared(eq: bool) -> dict[str, Any]:
    found = {"__repr__": _repr, "__setattr__": _set, "__delattr__": _delete}
    return {**found, "__eq__": _equal, "__hash__": _hash} if eq else found


def _first_init(cls: type) -> Callable[..., None]:
    """What compiles the `__init__` of a class, puts it into its own place and calls it."""

    def __init__(self: Any, *args: Any, **named: Any) -> None:  # noqa: N807
        if cls.__dict__["__init__"] is __init__:
            cls.__init__ = _init_of(cls)  # type: ignore[misc]
        cls.__init__(self, *args, **named)  # type: ignore[misc]

    return __init__


def _init_of(cls: type) -> Callable[..., None]:
    """The `__init__` that `dataclasses` would compile."""
    known: dict[str, Any] = {"_set": object.__setattr__, "_unset": dataclasses.MISSING}
    stated = dataclasses.fields(cls)
    asked, lines = ["self", *(["*"] if stated and stated[0].kw_only else [])], []
    for f in stated:
        given, value = f.name, f"_default_{f.name}"
        if f.default_factory is not dataclasses.MISSING:
            known[value] = f.default_factory
            given = f"{value}() if {f.name} is _unset else {f.name}" if f.init else f"{value}()"
        elif f.default is not dataclasses.MISSING:
            known[value] = f.default
            given = f.name if f.init else value
        elif not f.init:
            continue
        if f.init:
            unset = "_unset" if f.default_factory is not dataclasses.MISSING else value
            asked.append(f"{f.name}={unset}" if value in known else f.name)
        lines.append(f" _set(self, {f.name!r}, {given})")
    lines += [" self.__post_init__()"] if hasattr(cls, "__post_init__") else []
    exec(f"def __init__({', '.join(asked)}):\n" + "\n".join(lines or [" pass"]), known)
    made: Callable[..., None] = known["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


def _fields_of(self: Any, kind: str) -> tuple[Any, ...]:
    """The values of the fields that are compared or hashed."""
    found = _GETTERS.get((type(self), kind))
    if found is None:
        flags = (
            (f.name, f.compare if kind == "compare" or f.hash is None else f.hash) for f in dataclasses.fields(self)
        )
        names = [name for name, counts in flags if counts]
        found = _GETTERS[type(self), kind] = _getter(names)
    return found(self)


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple(getattr(self, name) for name in names)


_GETTERS: dict[tuple[type, str], Callable[[Any], tuple[Any, ...]]] = {}


def _equal(self: Any, other: object) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return _fields_of(self, "compare") == _fields_of(other, "compare")


def _hash(self: Any) -> int:
    return hash(_fields_of(self, "hash"))


def _repr(self: Any) -> str:
    shown = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr)
    return f"{type(self).__qualname__}({shown})"


def _set(self: Any, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, f.name) for f in dataclasses.fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for f, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, f.name, value)


_STATE = {"__getstate__": _state, "__setstate__": _restore}
