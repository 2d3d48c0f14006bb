"""Records of coefficients: their values are checked by the types and bounds that their fields state.

Whoever makes one gets it checked. What the package ships is made by `unchecked`: a test checks it, so that no command
builds the validators of records that it only reads.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, create_model

T = TypeVar("T")


class Bounded:
    """Mixed into a frozen dataclass: raises ValidationError where a value is not of the type, or in the bounds, of its
    field."""

    def __post_init__(self) -> None:
        kind: Any = type(self)
        names = [field.name for field in fields(kind)]
        found = _validator(kind).model_validate({name: getattr(self, name) for name in names})
        for name in names:
            object.__setattr__(self, name, getattr(found, name))


def unchecked(kind: type[T], /, **values: Any) -> T:
    """A record of what the package ships, without a look at its values."""
    made = object.__new__(kind)
    vars(made).update(values)
    return made


def checked(kind: type[T], /, **values: Any) -> T:
    """A record of anything else; raises ValidationError, and TypeError for a key that it does not have or misses."""
    return kind(**values)


@cache
def _validator(kind: Any) -> type[BaseModel]:
    hints = get_type_hints(kind, include_extras=True)
    stated: dict[str, Any] = {field.name: (hints[field.name], ...) for field in fields(kind)}
    return create_model(kind.__name__, __config__=ConfigDict(strict=True), **stated)
