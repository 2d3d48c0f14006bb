"""YAML as a library writes it, with comments before it. Names of users are values of it, whatever letters they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planner.errors import InputError
from planner.export.text import comments

WIDTH = 110


def yaml_of(documents: Sequence[Mapping[str, Any]], said: list[str]) -> str:
    """Comments, then the documents in their own order of keys."""
    library = loaded()

    class Plain(library.SafeDumper):  # type: ignore[misc,name-defined]
        def ignore_aliases(self, data: object) -> bool:
            return True

    Plain.add_representer(str, _text)
    head = "\n".join(comments(said)) + "\n"
    return head + str(
        library.dump_all(
            list(documents), Dumper=Plain, sort_keys=False, allow_unicode=True, width=WIDTH,
            explicit_start=len(documents) > 1,
        )
    )  # fmt: skip


def _text(dumper: Any, value: str) -> Any:
    """A text of several lines as such a block."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


def loaded() -> Any:
    """The YAML library; raises InputError that says how to get it."""
    try:
        import yaml
    except ImportError:
        raise InputError("export: YAML needs the extra `export` (pip install 'gpuplan[export]')") from None
    return yaml


def without_none(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table without the keys that have no value."""
    return {key: value for key, value in table.items() if value not in (None, {}, [])}
