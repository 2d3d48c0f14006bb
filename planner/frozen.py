"""Frozen dataclasses that cost little to define: `from planner.frozen import dataclass`.

`dataclasses.dataclass(frozen=True)` compiles six methods a class, 0.6 ms; a command that loads two hundred classes
spends a tenth of a second so, most of it on methods that nothing calls. Here the methods are shared, but for
`__init__`, which is compiled when a first instance is made. All else is as of `dataclasses`, whose functions take these
classes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from operator import attrgetter
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

_UNSET = dataclasses.MISSING

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
    """The `__init__` that `dataclasses` would compile: the code of fields of such kinds, with the names of these."""
    stated = [f for f in dataclasses.fields(cls) if f.init or _kind_of(f) != "asked"]
    named = any(f.kw_only for f in stated)
    code = _code_of(tuple(map(_kind_of, stated)), named, hasattr(cls, "__post_init__"))
    names: dict[Any, Any] = {f"a{i}": f.name for i, f in enumerate(stated)}
    known = {f"v{i}": f.default if f.default_factory is _UNSET else f.default_factory for i, f in enumerate(stated)}
    renamed = code.replace(
        co_varnames=tuple(names.get(name, name) for name in code.co_varnames),
        co_consts=tuple(names.get(value, value) for value in code.co_consts),
        co_qualname=f"{cls.__qualname__}.__init__",
    )
    asked = [f for f in stated if f.init]
    defaults = {f.name: f.default for f in asked if f.default is not _UNSET or f.default_factory is not _UNSET}
    made = FunctionType(renamed, known | {"_set": object.__setattr__, "_unset": _UNSET})
    made.__defaults__, made.__kwdefaults__ = (None, defaults) if named else (tuple(defaults.values()), None)
    return made


def _kind_of(f: dataclasses.Field[Any]) -> str:
    """How a field gets its value: asked for, made where it is not given, or of no argument, fixed or made anew."""
    if f.init:
        return "asked" if f.default_factory is _UNSET else "made"
    return "asked" if f.default is f.default_factory else "fixed" if f.default_factory is _UNSET else "anew"


@cache
def _code_of(kinds: tuple[str, ...], named: bool, checked: bool) -> CodeType:
    """The code of an `__init__` whose fields are `a0`, `a1` and so on, their defaults or what makes them `v0`, `v1`. To
    compile it takes longer than all else, and many classes differ in the names of their fields alone."""
    values = {"asked": "a{0}", "made": "v{0}() if a{0} is _unset else a{0}", "fixed": "v{0}", "anew": "v{0}()"}
    asked = ["self", *(["*"] if named else []), *(f"a{i}" for i, k in enumerate(kinds) if k in ("asked", "made"))]
    lines = [f" _set(self, 'a{i}', {values[kind].format(i)})" for i, kind in enumerate(kinds)]
    lines += [" self.__post_init__()"] if checked else []
    found: dict[str, Any] = {}
    exec(f"def __init__({', '.join(asked)}):\n" + "\n".join(lines or [" pass"]), found)
    code: CodeType = found["__init__"].__code__
    return code


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
