"""The base of records that users write, and how one that is handed over is checked again."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from planner.errors import InputError, closest, unknown

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")
# The type of the error of a truth value where a number belongs; its context has the field.
NO_NUMBER = "no_number"


class Strict(BaseModel):
    """Frozen, without unknown keys; a truth value is no number."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _numbers_are_numbers(cls, data: Any) -> Any:
        """Of the whole record at once: a look at each field would take a third of the time that its schema takes."""
        for name, value in data.items() if isinstance(data, dict) else ():
            field = cls.model_fields.get(name) if _has_bool(value) else None
            if field is not None and "bool" not in str(field.annotation):
                raise PydanticCustomError(NO_NUMBER, "expected a number or a text, got true or false", {"field": name})
        return data


def _has_bool(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_has_bool, value))
    return isinstance(value, bool)


def explain(error: ValidationError, model: type[BaseModel]) -> str:
    """One line for the first problem of a validation error; a misspelt key explains a missing one."""
    detail = min(error.errors(), key=lambda d: d["type"] != "extra_forbidden")
    parts = [str(part) for part in detail["loc"]]
    if detail["type"] == NO_NUMBER:
        parts.append(detail["ctx"]["field"])
    name = ".".join(parts)
    if detail["type"] == "extra_forbidden":
        return f"{name}: unknown key (nearest: {', '.join(closest(parts[-1], _keys(model, parts[:-1])))})"
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] in ("missing", "value_error", NO_NUMBER) or "input" not in detail:
        return f"{name}: {message}" if name else message
    if detail["type"] == "literal_error" and isinstance(detail["input"], str):
        few = re.findall(r"'([^']*)'", detail["ctx"]["expected"])
        return f"{name}: {unknown(detail['input'], few)}"
    text = shown(detail["input"])
    return f"{name}: {message}, got {text if len(text) < 60 else text[:57] + '...'}"


def _keys(model: type[BaseModel], path: list[str]) -> list[str]:
    for part in path:
        annotation = model.model_fields[part].annotation if part in model.model_fields else None
        options = [annotation, *getattr(annotation, "__args__", ())]
        inner = next((o for o in options if isinstance(o, type) and issubclass(o, BaseModel)), None)
        if inner is None:
            return list(model.model_fields)
        model = inner
    return list(model.model_fields)


def a(value: object, kind: type[T], name: str) -> T:
    """The value where it is of a kind, of which a truth value is none; raises InputError."""
    if not isinstance(value, kind) or isinstance(value, bool):
        raise InputError(f"{name}: expected {kind.__name__}, got {type(value).__name__} ({shown(value)})")
    return value


def number(value: object, name: str, least: float, most: float, *, whole: bool = False) -> None:
    """Raise InputError where the value is no number from `least` to `most`."""
    kind = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kind) or not least <= value <= most:
        what = "a whole number" if whole else "a number"
        raise InputError(f"{name}: expected {what} from {least:g} to {most:g}, got {shown(value)}")


# Longer numbers are not repeated in a message.
MOST_DIGITS = 20


def shown(value: object) -> str:
    """A value for a message."""
    if isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
        return f"a number of more than {MOST_DIGITS} digits"
    try:
        return f"{value!r:.60}"
    except ValueError:
        return f"a {type(value).__name__} of many digits"


def valid(record: M, kind: type[M], name: str) -> M:
    """A record that was handed over: `model_copy` changes one without a look at its values. Raises InputError."""
    if not a(record, kind, name).model_fields_set and record == kind.model_construct():
        return record
    stated = record.model_dump(exclude_unset=True, warnings=False)
    try:
        again = kind.model_validate(stated)
    except ValidationError as error:
        raise InputError(explain(error, kind)) from error
    return record if again == record else again


def names(values: Iterable[str], name: str) -> tuple[str, ...]:
    """Several names; raises InputError for one text, which would be taken letter by letter."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InputError(f"{name}: expected a list of names, got {values!r:.60}")
    found = tuple(values)
    for value in found:
        a(value, str, name)
    return found


def table(data: object, name: str) -> Mapping[str, Any]:
    """Decoded tables; raises InputError where they are none."""
    if not isinstance(data, Mapping) or not all(isinstance(key, str) for key in data):
        raise InputError(f"{name}: expected a table of keys, got {type(data).__name__} ({shown(data)})")
    return data
