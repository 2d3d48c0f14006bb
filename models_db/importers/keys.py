"""A checked view of a decoded `config.json`: every read names its key, its type and its bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planner.errors import ModelError

MAX_INT = 2**31
MAX_LAYERS = 4096


class Keys:
    """Reads of one mapping; `path` is where it lies in the file, for the error message."""

    def __init__(self, data: Mapping[str, Any], path: str = "") -> None:
        self._data = data
        self.path = path

    def __contains__(self, key: str) -> bool:
        return self._data.get(key) is not None

    def names(self) -> list[str]:
        """The keys that there are, in the order of the file."""
        return list(self._data)

    def has(self, *names: str) -> bool:
        return any(name in self for name in names)

    def raw(self, key: str) -> Any:
        return self._data.get(key)

    def _name(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def count(self, *names: str, default: int | None = None, least: int = 1) -> int:
        """A whole number within bounds under the first of `names` that is present."""
        for name in names:
            if name not in self:
                continue
            value = self._data[name]
            if isinstance(value, float) and value.is_integer():
                value = int(value)
            if isinstance(value, bool) or not isinstance(value, int):
                raise ModelError(f"{self._name(name)}: expected a whole number, got {_show(value)}")
            if not least <= value <= MAX_INT:
                raise ModelError(f"{self._name(name)}: {_show(value)} is outside {least}..{MAX_INT}")
            return value
        if default is None:
            raise ModelError(f"{self._name(names[0])}: missing key" + _aliases(names))
        return default

    def layers(self, *names: str) -> int:
        value = self.count(*names)
        if value > MAX_LAYERS:
            raise ModelError(f"{self._name(names[0])}: {_show(value)} layers is more than {MAX_LAYERS}")
        return value

    def flag(self, *names: str, default: bool = False) -> bool:
        for name in names:
            if name in self:
                value = self._data[name]
                if not isinstance(value, bool):
                    raise ModelError(f"{self._name(name)}: expected true or false, got {_show(value)}")
                return value
        return default

    def text(self, name: str, default: str | None = None) -> str:
        value = self._data.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise ModelError(f"{self._name(name)}: expected text, got {_show(value)}")
        return value

    def number(self, name: str, default: float) -> float:
        value = self._data.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
            raise ModelError(f"{self._name(name)}: expected a number, got {_show(value)}")
        return float(value)

    def items_of(self, name: str, length: int | None = None) -> list[Any]:
        value = self._data.get(name)
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise ModelError(f"{self._name(name)}: expected a list, got {_show(value)}")
        if len(value) > MAX_LAYERS or (length is not None and len(value) < length):
            wanted = f"at least {length}" if length is not None else f"at most {MAX_LAYERS}"
            raise ModelError(f"{self._name(name)}: {len(value)} entries, expected {wanted}")
        return list(value)

    def indices(self, name: str) -> set[int]:
        """The layers that a list names by their index."""
        return {Keys({"x": item}, self._name(name)).count("x", least=0) for item in self.items_of(name)}

    def sub(self, name: str) -> Keys:
        value = self._data.get(name)
        if not isinstance(value, Mapping):
            raise ModelError(f"{self._name(name)}: expected an object, got {_show(value)}")
        return Keys(value, self._name(name))

    def per_layer(self, *names: str, layers: int, default: int | None = None, least: int = 1) -> list[int]:
        """A count given once for all layers, or as a list with one entry a layer."""
        for name in names:
            if name in self and isinstance(self._data[name], list):
                values = self.items_of(name, layers)[:layers]
                each = [Keys({"x": v}, self._name(name)) for v in values]
                return [k.count("x", least=least) for k in each]
        return [self.count(*names, default=default, least=least)] * layers


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _aliases(names: tuple[str, ...]) -> str:
    return f" (also known as {', '.join(names[1:])})" if len(names) > 1 else ""
