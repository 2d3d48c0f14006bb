"""`gpuplan explain`: the words of the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from planner.cli import completion
from planner.cli.common import show
from planner.cli.help import HeadedCommand
from planner.cli.options import format_option

if TYPE_CHECKING:
    from planner.glossary import GlossaryTerm


@click.command("explain", cls=HeadedCommand)
@click.argument("words", nargs=-1, metavar="[TERM...]", shell_complete=completion.terms_explained)
@format_option
def explain_command(words: tuple[str, ...], fmt: str) -> int:
    """What a word of an answer means, in one line; without a word, all of them.

    Weight and cache formats are explained, too (`gpuplan formats show ID` has all facts of one).

    \b
    Examples:
      gpuplan explain ttft
      gpuplan explain "closed form" utilization tp2
      gpuplan explain awq_int4_g128
    """
    from planner.glossary import terms
    from planner.report.table import Table

    found = list(dict.fromkeys(_term(word) for word in words)) if words else list(terms())
    data = [{"names": term.names, "text": term.text} for term in found]
    show(fmt, data, lambda: [Table("Words", ("word", "meaning"), [[term.names, term.text] for term in found])])
    return 0


def _term(word: str) -> GlossaryTerm:
    """The term of a word, or of a format; raises InputError with the nearest words where it is neither."""
    from models_db.formats import find_format, find_kv_format
    from planner.errors import InputError, PlannerError
    from planner.glossary import GlossaryTerm, find_term

    try:
        return find_term(word)
    except InputError:
        for kind, find in (("weights", find_format), ("cache", find_kv_format)):
            try:
                return GlossaryTerm(word, f"a format of {kind}: {find(word).name}")
            except PlannerError:
                continue
        raise
