"""Options under headings, and commands whose help shows them so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
Decorator = Callable[[F], F]


class HeadedOption(click.Option):
    """An option that stands under a heading of the command's help; its `older` spellings are taken, but not shown."""

    def __init__(self, *args: Any, heading: str = "Options", older: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heading, self.older = heading, older

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        shown, self.opts = self.opts, [name for name in self.opts if name not in self.older]
        try:
            return super().get_help_record(ctx)
        finally:
            self.opts = shown


class OneOf(click.Choice[str]):
    """One of a few names; another one is answered with all of them, the nearest first."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.choices:
            from planner.errors import unknown

            self.fail(unknown(str(value), self.choices), param, ctx)
        return super().convert(value, param, ctx)


class Alias(click.Argument):
    """An older, positional spelling of an option: taken, but not shown."""

    def get_usage_pieces(self, ctx: click.Context) -> list[str]:
        return []


class HeadedCommand(click.Command):
    """A command whose help groups its options, in the order in which headings first appear."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None:
                groups.setdefault(getattr(param, "heading", "Options"), []).append(record)
        last = groups.pop("Options", [])
        for heading, records in [*groups.items(), ("Options", last)]:
            with formatter.section(heading):
                formatter.write_dl(records)


def option(heading: str, *names: str, **settings: Any) -> Callable[[Any], Any]:
    """`click.option` under a heading."""
    return click.option(*names, cls=HeadedOption, heading=heading, **settings)


def together(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Several options as one decorator, shown in the order given."""

    def decorate(command: Any) -> Any:
        for each in reversed(options):
            command = each(command)
        return command

    return decorate
